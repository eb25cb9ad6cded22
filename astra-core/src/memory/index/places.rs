//! From ids to rows: a hash table that holds the numbers of rows alone, as the ids are in the rows.

/// A place that was never taken.
const EMPTY: u32 = u32::MAX;
/// A place whose row is gone.
const GONE: u32 = u32::MAX - 1;

/// Where the row of an id is.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// A power of two of them, or none.
    places: Vec<u32>,
    /// Those that are not empty.
    taken: usize,
}

impl Places {
    /// The places of all rows; their ids are distinct.
    pub(super) fn of(ids: &[i64]) -> Self {
        let mut places = Self { places: vec![EMPTY; (ids.len() * 2).next_power_of_two().max(16)], taken: 0 };
        (0_u32..).zip(ids).for_each(|(row, id)| places.add(*id, row));
        places
    }

    /// Adds a row whose id is not there yet.
    pub(super) fn insert(&mut self, ids: &[i64], row: u32) {
        if (self.taken + 1) * 4 > self.places.len() * 3 {
            let live: Vec<u32> = self.places.iter().copied().filter(|row| *row < GONE).collect();
            *self = Self { places: vec![EMPTY; (live.len() * 2 + 2).next_power_of_two().max(16)], taken: 0 };
            live.into_iter().for_each(|row| self.add(ids[row as usize], row));
        }
        self.add(ids[row as usize], row);
    }

    /// The row of an id.
    pub(super) fn find(&self, ids: &[i64], id: i64) -> Option<u32> {
        self.place(ids, id).map(|place| self.places[place])
    }

    /// Forgets an id; its row, if it had one.
    pub(super) fn remove(&mut self, ids: &[i64], id: i64) -> Option<u32> {
        let place = self.place(ids, id)?;
        Some(std::mem::replace(&mut self.places[place], GONE))
    }

    /// Where the row of an id is noted.
    fn place(&self, ids: &[i64], id: i64) -> Option<usize> {
        let mut place = self.first(id)?;
        loop {
            match self.places[place] {
                EMPTY => return None,
                row if row != GONE && ids[row as usize] == id => return Some(place),
                _ => place = (place + 1) & (self.places.len() - 1),
            }
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.places.capacity() * 4
    }

    fn add(&mut self, id: i64, row: u32) {
        let Some(mut place) = self.first(id) else { return };
        while self.places[place] < GONE {
            place = (place + 1) & (self.places.len() - 1);
        }
        self.taken += usize::from(self.places[place] == EMPTY);
        self.places[place] = row;
    }

    /// Where the search for an id begins; none in an empty table.
    fn first(&self, id: i64) -> Option<usize> {
        let mixed = id.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bits = self.places.len().checked_ilog2()?;
        Some((mixed >> (64 - bits)) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_their_ids_until_they_are_gone() {
        let ids: Vec<i64> = (0..5_000).map(|number: i64| number * number - 7_000).collect();
        let mut places = Places::default();
        assert_eq!(places.remove(&ids, 1), None);
        for row in 0..5_000 {
            places.insert(&ids, row);
            if row % 3 == 0 {
                assert_eq!(places.remove(&ids, ids[row as usize]), Some(row));
            }
        }
        for row in 0..5_000 {
            let expected = (row % 3 != 0).then_some(row);
            assert_eq!(places.remove(&ids, ids[row as usize]), expected);
            assert_eq!(places.remove(&ids, ids[row as usize]), None);
        }
        let mut places = Places::of(&ids);
        assert!((0..5_000).all(|row| places.remove(&ids, ids[row as usize]) == Some(row)));
    }
}
