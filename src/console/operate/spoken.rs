//! What a planner advises, as it is done at the console: its words name options of the command line.

/// Words of the command line, and what does the same here.
const HERE: &[(&str, &str)] = &[
    ("`fournines plan ", "`:"),
    ("`fournines apply ", "`:"),
    ("`fournines status`", "`:findings`"),
    ("`fournines list`", "`:open`"),
    ("`fournines list ", "`:"),
    ("name its --region", "choose its region (Tab)"),
    ("say which with --region", "choose the region first (Tab)"),
    ("--region", "the region (Tab)"),
    ("--skip PART", "Space on its row"),
    ("--accept", "u on the guard"),
    ("--reason", "the form's reason (f)"),
    ("--ticket", "the form's ticket (f)"),
];

/// Advice in words of the console: a setting is one of the form's fields, and follows the operation's name after `:`.
pub fn spoken(advice: &str) -> String {
    let mut words = advice.to_owned();
    for (there, here) in HERE {
        words = words.replace(there, here);
    }
    // Within a command a setting stands as it is; by itself it is a field of the form.
    let mut told = String::with_capacity(words.len());
    for (n, piece) in words.split('`').enumerate() {
        if n > 0 {
            told.push('`');
        }
        let is_command = n % 2 == 1;
        told.push_str(&match is_command {
            true => piece.replace("--set ", ""),
            false => piece.replacen("--set ", "f sets ", 1).replace("--set ", ""),
        });
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_what_there_is_at_the_console() {
        for (advice, here) in [
            ("put it back first: `fournines plan standby i-1 --set to=in`", "put it back first: `:standby i-1 to=in`"),
            ("--set desired=…, min=… or max=…", "f sets desired=…, min=… or max=…"),
            (
                "look it up with `fournines list`, or name its --region",
                "look it up with `:open`, or choose its region (Tab)",
            ),
            ("raise max first", "raise max first"),
        ] {
            assert_eq!(spoken(advice), here);
        }
    }
}
