//! The API's description, against a server of the same bytes that does nothing else.

use std::sync::Arc;

use crate::arguments::Plan;
use crate::http::request;
use crate::lab::{Lab, Synchronous};
use crate::load::{Load, MakeRequest};
use crate::report::{self, Goal};
use crate::{Result, rows};

const CLIENTS: usize = 16;
const PATH: &str = "/openapi.json";

/// The whole document, and the answer to a client that has it already.
pub(super) fn measure(lab: &Lab, plan: &Plan) -> Result<()> {
    let gateway = lab.gateway(Synchronous::Normal)?;
    let (server, _) = gateway.start()?;
    let bearer = gateway.bearer();
    let ask = request(&gateway.address, PATH, &[("Authorization", &bearer)], None);
    let document = gateway.answer(&ask)?;
    let etag = document.etag.ok_or("the document has no ETag")?;
    let fields = [("Authorization", bearer.as_str()), ("If-None-Match", &etag)];
    let ask_again = request(&gateway.address, PATH, &fields, None);
    let files = lab.files(&document.body)?;
    let ask_files = request(&files.address, PATH, &[], None);
    let (mut whole, mut known) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let below = Load::new(&files.address, CLIENTS, plan.time, always(&ask_files)).run(&files.process)?;
        let above = Load::new(&gateway.address, CLIENTS, plan.time, always(&ask)).run(&server.process)?;
        let unchanged = Load::new(&gateway.address, CLIENTS, plan.time, always(&ask_again)).run(&server.process)?;
        rows::refuse_errors(&[&below, &above, &unchanged])?;
        whole.push((below.rate(), above.rate()));
        known.push(unchanged.rate());
    }
    report::compare("the document", "a second", &whole, Goal::AtLeast(0.7))?;
    report::tell("304 to those who have it", "a second", known, Goal::None)
}

fn always(request: &[u8]) -> MakeRequest {
    let request = request.to_vec();
    Arc::new(move |_| request.clone())
}
