//! Words that say nothing of what a text is about. They are left out of the ranking and of nothing else: the negations among
//! them count where facts are compared.

/// Of English, and of German, French, Spanish and Russian those that are no English word with a meaning. Folded, in the order
/// of their bytes, with one character between two of them.
const WORDS: &str = "\
a aber about above after again against al all als also am an and any are aren as at au auch auf aus aux avec be because been
before bei being below between bis both but by can cannot ce ces cette como could couldn cual cuando d da damit dans das
dass de dein deine del dem den denn der des dich did didn dir do doch does doesn doing don donde down du during each ein
eine einem einen einer eines either el ella elle ellos en er es est esta este esto et etait ete etes eu few for from fue
further ha habe haben had hadn has hasn hatte have haven having he her here hers herself him himself his how i ich if ihm
ihn ihr ihre il ils im in into is isn ist it its itself j ja je just kann l la las le les leur leurs ll lo los lui m mais
mas may me mein meine meinem meinen meiner mes mich might mir mit moi more most must mustn muy my myself n nach ne neither
nicht no noch nor nos not notre nous now nuestra nuestro nur ob oder of off ohne on once only or other ou our ours ourselves
out over own par para pas pero por porque qu que qui quien re s sa same se sehr sein seine seit ses shall shan she should
shouldn si sich sie sind so sobre some sont su such sur sus t ta tambien te tes than that the their theirs them themselves
then there these they this those through tiene to toi too tu uber um un una und under une uno uns unser unter until up upon
us ve very vom von vor vos votre vous wann warum was wasn we weil wen wenn wer werden were weren what when where which while
who whom whose why wie will wir wird with wo won would wouldn wurde y ya yo you your yours yourself yourselves zu zum zur а
без бы был была были было быть в вам вас весь во вот все всех вы где да для до его ее если есть еще же за и из или им их к
как какая какие какой ко когда кто ли либо меня мне мое мои мой моя мы на над нам нас не него нее нет ни них но ну о об он
она они оно от по под при с со так также там те тебя тем то того тоже той только том ты у уже чего чей чем что чтобы эта эти
это я";

const COUNT: usize = count();

/// Where each word begins, and where one more would.
const STARTS: &[u16; COUNT + 1] = &starts();

const fn is_between(at: usize) -> bool {
    matches!(WORDS.as_bytes()[at], b' ' | b'\n')
}

const fn count() -> usize {
    let (mut count, mut at) = (1, 0);
    while at < WORDS.len() {
        count += is_between(at) as usize;
        at += 1;
    }
    count
}

const fn starts() -> [u16; COUNT + 1] {
    let (mut starts, mut word, mut at) = ([0; COUNT + 1], 1, 0);
    while at < WORDS.len() {
        if is_between(at) {
            starts[word] = (at + 1) as u16;
            word += 1;
        }
        at += 1;
    }
    starts[word] = (WORDS.len() + 1) as u16;
    starts
}

/// Whether `word`, folded, says nothing of what a text is about.
pub(super) fn is_stop_word(word: &str) -> bool {
    let (mut low, mut high) = (0, COUNT);
    while low < high {
        let middle = usize::midpoint(low, high);
        let (start, next) = (usize::from(STARTS[middle]), usize::from(STARTS[middle + 1]));
        match WORDS.as_bytes()[start..next - 1].cmp(word.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_of_the_list_is_found_and_no_other() {
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        assert_eq!(words.len(), COUNT);
        assert!(words.is_sorted() && words.iter().all(|word| is_stop_word(word)), "out of order");
        assert!(words.iter().all(|word| crate::memory::analyse::fold(word) == *word), "not folded");
        for word in ["", "aa", "port", "zzz", "яя", "war", "die", "hat", "sin"] {
            assert!(!is_stop_word(word), "{word}");
        }
    }
}
