//! `skills.get`

use serde_json::json;

use super::{Skilled, turns_away, write};
use crate::support::both_backends;

both_backends! {
    async fn a_skill_has_its_instructions_and_the_files_beside_them(skilled: Skilled) {
        std::os::unix::fs::symlink("/etc/passwd", skilled.folder.join("pdf/passwd")).expect("a link");
        write(&skilled.folder, "pdf/scripts/fill.py", "print()\n");
        let skill = skilled.app.viewer().get("/skills/pdf").await.expect(200);
        assert_eq!(skill["instructions"], "Read `references/forms.md` first.");
        let resources = json!([{"path": "references/forms.md", "bytes": 8}, {"path": "scripts/fill.py", "bytes": 8}]);
        assert_eq!(skill["resources"], resources);
        assert_eq!((&skill["id"], &skill["loaded_at"]), (&json!("pdf"), &json!("2026-11-23T21:00:00.000Z")));
    }

    async fn what_is_no_skill_is_not_found(skilled: Skilled) {
        for id in ["torn", "nothing", "README"] {
            let answer = skilled.app.viewer().get(&format!("/skills/{}", id.to_lowercase())).await;
            answer.expect_problem(404, "not_found");
        }
        skilled.app.viewer().get("/skills/..%2Fpdf").await.expect_problem(422, "invalid_request");
    }

    async fn another_workspace_does_not_see_it(skilled: Skilled) {
        skilled.app.other_workspace().get("/skills/pdf").await.expect_problem(404, "not_found");
    }

    async fn other_callers_are_turned_away(skilled: Skilled) {
        turns_away(&skilled.app, None, |caller| caller.get("/skills/pdf")).await;
    }
}
