//! `calculate`: arithmetic in exact decimals, which models are bad at. What is calculated is read here and run nowhere.

use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, MathematicalOps as _, RoundingStrategy};
use serde_json::{Map, Value, json};

use super::tool::{BoxFuture, Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};

pub(super) const NAME: &str = "calculate";

/// Longest expression, in characters.
const EXPRESSION_MAX: usize = 1_000;
/// Deepest nesting of an expression.
const DEPTH_MAX: u32 = 64;
/// Greatest whole exponent.
const EXPONENT_MAX: i64 = 1_000;

/// The tool.
pub(super) struct Calculate;

impl Tool for Calculate {
    fn definition(&self) -> ToolDefinition {
        let parameters = json!({
            "type": "object",
            "properties": {
                "expression": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": EXPRESSION_MAX,
                    "description": "Numbers with + - * / % (remainder) ^ (power), parentheses, and the functions abs(x), \
                                    sqrt(x), floor(x), ceil(x), round(x, digits), min(x, y, ..) and max(x, y, ..). \
                                    Numbers have a point and no separators: 1234.5",
                },
            },
            "required": ["expression"],
            "additionalProperties": false,
        });
        let description = "Calculates exactly with decimal numbers of up to 28 digits.";
        ToolDefinition::new(NAME, description, parameters).read_only().idempotent()
    }

    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        _context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        let expression = arguments.get("expression").and_then(Value::as_str).unwrap_or_default();
        Box::pin(std::future::ready(calculate(expression).map_err(ToolError::from)))
    }
}

fn calculate(expression: &str) -> Result<ToolOutput, String> {
    let mut reader = Reader { whole: expression, rest: expression, depth: 0, is_rounded: false };
    let result = reader.sum()?;
    if reader.peek().is_some() {
        return Err(reader.unexpected());
    }
    let mut answer = json!({"result": result.normalize().to_string()});
    if reader.is_rounded {
        answer["is_rounded"] = true.into();
    }
    Ok(answer.into())
}

/// Reads an expression, and calculates as it goes.
struct Reader<'a> {
    whole: &'a str,
    rest: &'a str,
    depth: u32,
    /// Whether a result had more digits than there is room for.
    is_rounded: bool,
}

impl Reader<'_> {
    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    /// Takes `token` if it comes next.
    fn takes(&mut self, token: &str) -> bool {
        self.peek();
        let rest = self.rest.strip_prefix(token);
        rest.map(|rest| self.rest = rest).is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.takes(token) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&mut self) -> String {
        match self.peek() {
            None => "The expression ends too early.".to_owned(),
            Some(found) => {
                let place = self.whole.chars().count() - self.rest.chars().count() + 1;
                format!("The expression cannot be read from character {place} on, which is {found:?}.")
            }
        }
    }

    fn sum(&mut self) -> Result<Decimal, String> {
        let mut left = self.product()?;
        loop {
            let right = if self.takes("+") {
                self.product()?
            } else if self.takes("-") {
                -self.product()?
            } else {
                return Ok(left);
            };
            let (one, other) = (left.normalize(), right.normalize());
            left = one.checked_add(other).ok_or_else(too_large)?;
            let has_zero = one.is_zero() || other.is_zero() || left.is_zero();
            self.is_rounded |= !has_zero && left.scale() < one.scale().max(other.scale());
        }
    }

    fn product(&mut self) -> Result<Decimal, String> {
        let mut left = self.signed()?;
        loop {
            left = if self.peek() == Some('*') && !self.rest.starts_with("**") {
                self.expect("*")?;
                let right = self.signed()?;
                self.times(left, right)?
            } else if self.takes("/") {
                let right = self.signed()?;
                self.divided(left, right)?
            } else if self.takes("%") {
                let right = self.signed()?;
                left.checked_rem(right).ok_or_else(by_zero)?
            } else {
                return Ok(left);
            };
        }
    }

    /// With its sign, which binds less than a power: -2^2 is -4.
    fn signed(&mut self) -> Result<Decimal, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("The expression nests deeper than {DEPTH_MAX} levels."));
        }
        let value = if self.takes("-") {
            -self.signed()?
        } else if self.takes("+") {
            self.signed()?
        } else {
            self.power()?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn power(&mut self) -> Result<Decimal, String> {
        let base = self.value()?;
        if !self.takes("^") && !self.takes("**") {
            return Ok(base);
        }
        let exponent = self.signed()?.normalize();
        if exponent.scale() > 0 {
            self.is_rounded = true;
            let is_real = base > Decimal::ZERO;
            return base.checked_powd(exponent).filter(|_| is_real).ok_or_else(|| {
                "A power with a fraction needs a base that is greater than 0, and a result that has room.".to_owned()
            });
        }
        let times = exponent.to_i64().filter(|times| times.abs() <= EXPONENT_MAX);
        let times = times.ok_or_else(|| format!("An exponent is at most {EXPONENT_MAX}."))?;
        let mut power = Decimal::ONE;
        for _ in 0..times.unsigned_abs() {
            power = self.times(power, base)?;
        }
        if times < 0 { self.divided(Decimal::ONE, power) } else { Ok(power) }
    }

    fn value(&mut self) -> Result<Decimal, String> {
        if self.takes("(") {
            let value = self.sum()?;
            self.expect(")")?;
            return Ok(value);
        }
        match self.peek() {
            Some('0'..='9' | '.') => self.number(),
            Some('a'..='z' | 'A'..='Z') => self.function(),
            _ => Err(self.unexpected()),
        }
    }

    fn number(&mut self) -> Result<Decimal, String> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let mut end = digits(self.rest);
        if self.rest[end..].starts_with('.') {
            end += 1 + digits(&self.rest[end + 1..]);
        }
        let after = &self.rest[end..];
        let sign = usize::from(after.get(1..).is_some_and(|after| after.starts_with(['+', '-'])));
        let exponent = if after.starts_with(['e', 'E']) { digits(&after[1 + sign..]) } else { 0 };
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
        let (number, rest) = self.rest.split_at(end);
        let value = match exponent {
            0 => Decimal::from_str_exact(number),
            _ => Decimal::from_scientific(number),
        };
        let value =
            value.map_err(|_| format!("`{}` is no number of at most 28 digits.", crate::text::shorten(number)))?;
        self.rest = rest;
        Ok(value)
    }

    fn function(&mut self) -> Result<Decimal, String> {
        let end = self.rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, rest) = self.rest.split_at(end);
        let name = name.to_ascii_lowercase();
        if !["abs", "sqrt", "floor", "ceil", "round", "min", "max"].contains(&name.as_str()) {
            let name = crate::text::shorten(&name);
            return Err(format!("There is no `{name}`: there are abs, sqrt, floor, ceil, round, min and max."));
        }
        self.rest = rest;
        self.expect("(")?;
        let mut values = vec![self.sum()?];
        while self.takes(",") {
            values.push(self.sum()?);
        }
        self.expect(")")?;
        match (name.as_str(), values.as_slice()) {
            ("abs", [x]) => Ok(x.abs()),
            ("floor", [x]) => Ok(x.floor()),
            ("ceil", [x]) => Ok(x.ceil()),
            ("sqrt", [x]) => self.root(*x),
            ("round", [x]) => Ok(rounded(*x, 0)),
            ("round", [x, digits]) => {
                let digits = digits.to_u32().filter(|count| Decimal::from(*count) == *digits && *count <= 28);
                digits.map(|digits| rounded(*x, digits)).ok_or_else(|| "round takes 0 to 28 digits.".to_owned())
            }
            ("min", [first, more @ ..]) => Ok(more.iter().fold(*first, |least, x| least.min(*x))),
            ("max", [first, more @ ..]) => Ok(more.iter().fold(*first, |most, x| most.max(*x))),
            _ => Err(format!("`{name}` does not take {} numbers.", values.len())),
        }
    }

    fn times(&mut self, left: Decimal, right: Decimal) -> Result<Decimal, String> {
        let (left, right) = (left.normalize(), right.normalize());
        let product = left.checked_mul(right).ok_or_else(too_large)?;
        self.is_rounded |= product.scale() < left.scale() + right.scale();
        Ok(product)
    }

    fn divided(&mut self, left: Decimal, right: Decimal) -> Result<Decimal, String> {
        if right.is_zero() {
            return Err(by_zero());
        }
        let quotient = left.checked_div(right).ok_or_else(too_large)?;
        self.is_rounded |= quotient.checked_mul(right) != Some(left);
        Ok(quotient)
    }

    fn root(&mut self, x: Decimal) -> Result<Decimal, String> {
        let root = x.sqrt().ok_or_else(|| "A number below 0 has no square root.".to_owned())?;
        let root = root.normalize();
        // The square of more digits is rounded itself.
        self.is_rounded |= root.scale() * 2 > Decimal::MAX_SCALE || root.checked_mul(root) != Some(x);
        Ok(root)
    }
}

/// Rounded as people do: a half away from zero.
fn rounded(x: Decimal, digits: u32) -> Decimal {
    x.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

fn too_large() -> String {
    "A number has more than 28 digits.".to_owned()
}

fn by_zero() -> String {
    "There is a division by 0.".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(expression: &str) -> Result<Value, String> {
        calculate(expression).map(|output| serde_json::from_slice(&output.content).expect("JSON"))
    }

    #[test]
    fn decimals_are_exact() {
        for (expression, result) in [
            ("0.1 + 0.2", "0.3"),
            ("1 - 0.9", "0.1"),
            ("2 + 3 * 4", "14"),
            ("(2 + 3) * 4", "20"),
            ("2 - 3 - 4", "-5"),
            ("2^3^2", "512"),
            ("-2^2", "-4"),
            ("2 ** -2", "0.25"),
            ("2 * -3", "-6"),
            ("--3", "3"),
            ("17 % 5", "2"),
            ("7 / 8", "0.875"),
            ("1.005 * 1000", "1005"),
            ("12345678901234567890 + 1", "12345678901234567891"),
            ("1e3 + 2.5E-1", "1000.25"),
            (".5 + 5.", "5.5"),
            ("round(2.5) + round(-2.5)", "0"),
            ("round(1.005, 2)", "1.01"),
            ("max(1, 2, min(3, 4)) + abs(-1)", "4"),
            ("sqrt(144) + floor(1.9) + ceil(1.1)", "15"),
        ] {
            assert_eq!(answer(expression), Ok(json!({"result": result})), "{expression}");
        }
    }

    #[test]
    fn a_result_that_was_rounded_says_so() {
        for expression in [
            "1 / 3",
            "79228162514264337593543950330 + 0.1",
            "sqrt(2)",
            "2 ^ 0.5",
            "0.1234567890123456789 * 0.1234567890123456789",
        ] {
            assert_eq!(answer(expression).expect("a number")["is_rounded"], true, "{expression}");
        }
    }

    #[test]
    fn what_cannot_be_calculated_says_why() {
        let (deep, signs) = ("(".repeat(100_000), "-".repeat(100_000));
        for (expression, told) in [
            ("", "ends too early"),
            ("1 +", "ends too early"),
            ("(1", "ends too early"),
            ("1 2", "from character 3 on, which is '2'"),
            ("1,5", "from character 2 on"),
            ("ä", "from character 1 on"),
            ("1 / 0", "division by 0"),
            ("1 % 0", "division by 0"),
            ("0 ^ -1", "division by 0"),
            ("9 ^ 999", "more than 28 digits"),
            ("9 ^ 99999999999", "An exponent is at most"),
            ("1e999", "no number"),
            ("123456789012345678901234567890", "no number"),
            ("sqrt(-1)", "no square root"),
            ("(-8) ^ 0.5", "needs a base"),
            ("system(1)", "There is no `system`"),
            ("min()", "from character 5 on"),
            ("abs(1, 2)", "does not take 2 numbers"),
            ("round(1, -1)", "0 to 28 digits"),
            (".", "no number"),
            ("1e", "from character 2 on"),
            (&deep, "nests deeper"),
            (&signs, "nests deeper"),
        ] {
            let fault = answer(expression).expect_err(told);
            assert!(fault.contains(told), "{:.20}: {fault}", expression);
        }
    }
}
