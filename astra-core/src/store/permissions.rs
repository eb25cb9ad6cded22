//! Who on this machine may reach what the gateway keeps: the data folder and its files are their owner's alone.

use std::io;
use std::path::Path;

/// Makes sure that `path` is its owner's alone. What others can read is closed to them, with a warning, since it may have
/// been read; what others can write is refused, since it may have been written.
///
/// # Errors
/// [`io::ErrorKind::PermissionDenied`] if others can write it; what the look at it fails with.
#[cfg(unix)]
pub fn guard(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let (mode, own) = judge(path)?;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let mode = format!("{mode:03o}");
    match std::fs::set_permissions(path, std::fs::Permissions::from_mode(own)) {
        Ok(()) => tracing::warn!(
            path = %path.display(),
            mode,
            "others on this machine could read this; it is its owner's alone now"
        ),
        Err(fault) => tracing::warn!(
            path = %path.display(),
            mode,
            %fault,
            "others on this machine may read this, and it cannot be closed to them"
        ),
    }
    Ok(())
}

/// The mode of `path`, which no other user can write, and the one that it should have.
#[cfg(unix)]
fn judge(path: &Path) -> io::Result<(u32, u32)> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = std::fs::metadata(path)?;
    let mode = metadata.permissions().mode() & 0o7777;
    let is_folder = metadata.is_dir();
    let own = if is_folder { 0o700 } else { 0o600 };
    // A folder of a container's volume may be another user's and writable for a group, which is how this program may write
    // it: the group is the volume's administrator's business. No other account is.
    let forbidden = if is_folder { 0o002 } else { 0o022 };
    if mode & forbidden != 0 {
        let text = format!(
            "others on this machine can write it (mode {mode:03o}), so what is in it may not be the gateway's own: look at it, \
             then chmod {own:o} {}",
            path.display()
        );
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    Ok((mode, own))
}

/// Refuses what [`guard`] would, and changes nothing.
///
/// # Errors
/// As [`guard`].
#[cfg(unix)]
pub fn check(path: &Path) -> io::Result<()> {
    judge(path).map(drop)
}

/// Other systems have no modes; a folder inherits the access of the one it lies in.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn guard(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// As [`guard`].
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn check(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_others_can_read_is_closed_and_what_they_can_write_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (inner, file) = (folder.path().join("data"), folder.path().join("master.key"));
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(&file, "key").unwrap();
        for (path, given, left) in [
            (&inner, 0o700, Some(0o700)),
            (&inner, 0o755, Some(0o700)),
            (&inner, 0o770, Some(0o700)),
            (&inner, 0o777, None),
            (&inner, 0o702, None),
            (&file, 0o600, Some(0o600)),
            (&file, 0o400, Some(0o400)),
            (&file, 0o644, Some(0o600)),
            (&file, 0o660, None),
            (&file, 0o666, None),
        ] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(given)).unwrap();
            let guarded = guard(path);
            assert_eq!(guarded.is_ok(), left.is_some(), "{given:o}: {guarded:?}");
            assert_eq!(mode(path), left.unwrap_or(given), "{given:o}");
            if let Err(fault) = guarded {
                assert!(
                    fault.to_string().contains(&format!("mode {given:03o}")) && fault.to_string().contains("chmod")
                );
            }
        }
    }
}
