//! Questions to a service with answers in pages, many at a time: what ECS, MSK, RDS and ElastiCache share.

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::task::JoinSet;
use url::Url;

use super::api::Api;
use crate::ask::text;
use crate::rest::{read_json, shown};
use crate::{DiscoveryError, xml};

/// A question in one of the forms that the services understand.
#[derive(Debug, Clone)]
pub(super) enum Question {
    /// JSON in, JSON out: what is called, with what.
    Json { target: &'static str, body: Value },
    /// A form in, XML out; `token` names the field of the next page.
    Form { fields: Vec<(String, String)>, token: &'static str },
    /// A path (encoded) and a query in, JSON out.
    Get { path: String, query: Vec<(&'static str, String)> },
}

impl Question {
    /// A call of the query protocol.
    pub(super) fn form(action: &str, version: &str, token: &'static str) -> Self {
        let fields = [("Action", action), ("Version", version)].map(|(n, v)| (n.to_owned(), v.to_owned()));
        Self::Form { fields: fields.into(), token }
    }

    /// The same with one more field of a form.
    pub(super) fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Self::Form { fields, .. } = &mut self {
            fields.push((name.into(), value.into()));
        }
        self
    }

    /// The question for the page after `page`; `None` when that was the last.
    fn next(&self, page: &Page) -> Result<Option<Self>, DiscoveryError> {
        let mut next = self.clone();
        let token = match &mut next {
            Self::Json { body, .. } => {
                let token = text(&page.json()?, "/nextToken");
                body["nextToken"] = Value::from(token.as_str());
                token
            }
            Self::Get { query, .. } => {
                let token = text(&page.json()?, "/nextToken");
                query.retain(|(name, _)| *name != "nextToken");
                query.push(("nextToken", token.clone()));
                token
            }
            Self::Form { fields, token: name } => {
                let document = xml::parse(&page.url, page.text()?)?;
                // It stands in the result, or beside it.
                let root = document.root_element();
                let found = root.descendants().find(|node| {
                    node.tag_name().name().eq_ignore_ascii_case(name)
                        && node.ancestors().nth(2).is_none_or(|above| above == root || !above.is_element())
                });
                let token = found.and_then(|node| node.text()).unwrap_or_default().trim().to_owned();
                fields.retain(|(field, _)| field != name);
                fields.push(((*name).to_owned(), token.clone()));
                token
            }
        };
        Ok((!token.is_empty()).then_some(next))
    }
}

/// One page of an answer.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) url: Url,
    body: Vec<u8>,
}

impl Page {
    /// As JSON.
    pub(super) fn json(&self) -> Result<Value, DiscoveryError> {
        read_json(&self.url, &self.body)
    }

    /// As text, to be read as XML.
    pub(super) fn text(&self) -> Result<&str, DiscoveryError> {
        xml::utf8(&self.url, &self.body)
    }
}

/// All pages of the answer to one question.
pub(super) async fn ask(api: &mut Api, question: Question) -> Result<Vec<Page>, DiscoveryError> {
    /// More pages than any account has resources: an answer that always names a next page must end somewhere.
    const PAGES_MAX: usize = 10_000;
    let mut pages = Vec::new();
    let mut next = Some(question);
    while let Some(question) = next {
        let (url, body) = match &question {
            Question::Json { target, body } => api.json(target, body.to_string()).await?,
            Question::Form { fields, .. } => api.query(fields).await?,
            Question::Get { path, query } => api.get(path, query).await?,
        };
        let page = Page { url, body };
        next = question.next(&page)?;
        if next.is_some() && pages.len() == PAGES_MAX {
            let reason = format!("the answer has more than {PAGES_MAX} pages");
            return Err(DiscoveryError::Answer { url: shown(&page.url), reason });
        }
        pages.push(page);
    }
    Ok(pages)
}

/// Asks all questions, at most `limit` at a time; gives the pages of each, in the questions' order.
pub(super) async fn ask_all(
    api: &mut Api,
    limit: usize,
    questions: Vec<Question>,
) -> Result<Vec<Vec<Page>>, DiscoveryError> {
    if questions.len() <= 1 || limit <= 1 {
        let mut answers = Vec::new();
        for question in questions {
            answers.push(ask(api, question).await?);
        }
        return Ok(answers);
    }
    // Found once, not once per connection.
    api.prepare().await?;
    let mut answers: Vec<Vec<Page>> = questions.iter().map(|_| Vec::new()).collect();
    let workers_needed = limit.min(questions.len());
    let queue = Arc::new(Mutex::new(questions.into_iter().enumerate()));
    // Dropped with this future, which stops the workers.
    let mut workers = JoinSet::new();
    for _ in 0..workers_needed {
        workers.spawn(work(api.sibling(), Arc::clone(&queue)));
    }
    while let Some(done) = workers.join_next().await {
        let done = done.map_err(|error| DiscoveryError::Answer {
            url: "AWS".to_owned(),
            reason: format!("a request was given up: {error}"),
        })?;
        for (index, pages) in done? {
            if let Some(place) = answers.get_mut(index) {
                *place = pages;
            }
        }
    }
    Ok(answers)
}

type Queue = Arc<Mutex<std::iter::Enumerate<std::vec::IntoIter<Question>>>>;

/// Takes questions from the queue until it is empty.
async fn work(mut api: Api, queue: Queue) -> Result<Vec<(usize, Vec<Page>)>, DiscoveryError> {
    let mut answered = Vec::new();
    loop {
        let next = queue.lock().next();
        let Some((index, question)) = next else { return Ok(answered) };
        answered.push((index, ask(&mut api, question).await?));
    }
}
