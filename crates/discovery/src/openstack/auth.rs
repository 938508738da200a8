//! The identity service (Keystone), version 3 and the old version 2: a token, and the catalog of services.

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use narthex_http_client::Secret;
use serde_json::{Value, json};
use url::Url;

use super::{OpenStackAvailability, OpenStackConfig, OpenStackLogin, token_header};
use crate::DiscoveryError;
use crate::ask::{join, list, parse_url, text};
use crate::rest::{Rest, read_json};

/// What the identity service gave.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) token: HeaderValue,
    catalog: Value,
    is_v2: bool,
}

impl Session {
    /// The address of a service in a region.
    pub(super) fn endpoint(
        &self,
        service: &str,
        region: &str,
        availability: OpenStackAvailability,
    ) -> Result<Url, DiscoveryError> {
        // The network service has had two names.
        let is_wanted = |kind: &str| kind == service || service == "network" && kind == "networking";
        let services = list(&self.catalog, "").iter().filter(|entry| is_wanted(&text(entry, "/type")));
        let endpoints = services.flat_map(|entry| list(entry, "/endpoints"));
        let in_region = |endpoint: &&Value| {
            ["/region", "/region_id"].iter().any(|at| text(endpoint, at) == region) || region.is_empty()
        };
        let address = |endpoint: &Value| {
            let name = availability.name();
            match self.is_v2 {
                true => Some(text(endpoint, &format!("/{name}URL"))).filter(|url| !url.is_empty()),
                false => (text(endpoint, "/interface") == name).then(|| text(endpoint, "/url")),
            }
        };
        let found = endpoints.filter(in_region).find_map(address).ok_or_else(|| DiscoveryError::Parse {
            place: "OpenStack's catalog of services".to_owned(),
            reason: format!("there is no {} address of \"{service}\" in {region}", availability.name()),
        })?;
        parse_url(&found)
    }
}

/// Logs in.
pub(super) async fn login(config: &OpenStackConfig) -> Result<Session, DiscoveryError> {
    let login = match config.login.identity_endpoint {
        Some(_) => config.login.clone(),
        None => of_environment(&|name| std::env::var(name).unwrap_or_default()),
    };
    let base = login.identity_endpoint.clone().ok_or_else(|| {
        wrong("neither identity_endpoint nor the environment's OS_AUTH_URL says where to log in")
    })?;
    let rest = Rest::new(config.http.clone(), config.refresh_interval).accepting(StatusCode::CREATED);
    let path = base.path().trim_end_matches('/');
    if path.ends_with("/v2.0") { v2(rest, &login, &base).await } else { v3(rest, &login, &base).await }
}

async fn v3(mut rest: Rest, login: &OpenStackLogin, base: &Url) -> Result<Session, DiscoveryError> {
    let has_version = base.path().trim_end_matches('/').ends_with("/v3");
    let url = join(base, if has_version { "auth/tokens" } else { "v3/auth/tokens" });
    let question = v3_question(login).map_err(wrong)?;
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let (head, body) = rest.request(Method::POST, &url, headers, question.to_string()).await?;
    let token = head.headers.get("x-subject-token").and_then(|token| token.to_str().ok());
    let token = token_header(token.unwrap_or_default(), &url)?;
    let answer: Value = read_json(&url, &body)?;
    let catalog = answer.pointer("/token/catalog").cloned().unwrap_or_default();
    Ok(Session { token, catalog, is_v2: false })
}

async fn v2(mut rest: Rest, login: &OpenStackLogin, base: &Url) -> Result<Session, DiscoveryError> {
    let url = join(base, "tokens");
    let mut auth = json!({
        "passwordCredentials": { "username": login.username, "password": exposed(&login.password) },
    });
    for (name, value) in [("tenantId", &login.project_id), ("tenantName", &login.project_name)] {
        if !value.is_empty() {
            auth[name] = json!(value);
        }
    }
    let answer: Value = rest.post_json(&url, &json!({ "auth": auth })).await?;
    let token = token_header(&text(&answer, "/access/token/id"), &url)?;
    let catalog = answer.pointer("/access/serviceCatalog").cloned().unwrap_or_default();
    Ok(Session { token, catalog, is_v2: true })
}

fn wrong(reason: &str) -> DiscoveryError {
    DiscoveryError::Parse { place: "openstack_sd_configs".to_owned(), reason: reason.to_owned() }
}

fn exposed(secret: &Option<Secret>) -> &str {
    secret.as_ref().map_or("", Secret::expose)
}

/// The one of both that is set, as the API names things.
fn named(id: &str, name: &str) -> Option<Value> {
    match (id, name) {
        ("", "") => None,
        ("", name) => Some(json!({ "name": name })),
        (id, _) => Some(json!({ "id": id })),
    }
}

/// The question for a token: who asks, and for which project or domain.
fn v3_question(login: &OpenStackLogin) -> Result<Value, &'static str> {
    let domain = named(&login.domain_id, &login.domain_name);
    let user = || -> Result<Value, &'static str> {
        if !login.userid.is_empty() {
            return Ok(json!({ "id": login.userid }));
        }
        if login.username.is_empty() {
            return Err("username or userid must be set");
        }
        let domain = domain.clone().ok_or("username needs domain_name or domain_id beside it")?;
        Ok(json!({ "name": login.username, "domain": domain }))
    };
    let secret = exposed(&login.application_credential_secret);
    let credential = (login.application_credential_id.as_str(), login.application_credential_name.as_str());
    let identity = match credential {
        ("", "") => {
            let mut user = user()?;
            user["password"] = json!(exposed(&login.password));
            json!({ "methods": ["password"], "password": { "user": user } })
        }
        ("", name) => json!({
            "methods": ["application_credential"],
            "application_credential": { "name": name, "secret": secret, "user": user()? },
        }),
        (id, _) => json!({
            "methods": ["application_credential"],
            "application_credential": { "id": id, "secret": secret },
        }),
    };
    let mut auth = json!({ "identity": identity });
    // An application credential belongs to a project already.
    if credential == ("", "") {
        let scope = if !login.project_id.is_empty() {
            Some(json!({ "project": { "id": login.project_id } }))
        } else if !login.project_name.is_empty() {
            let domain = domain.ok_or("project_name needs domain_name or domain_id beside it")?;
            Some(json!({ "project": { "name": login.project_name, "domain": domain } }))
        } else {
            domain.map(|domain| json!({ "domain": domain }))
        };
        if let Some(scope) = scope {
            auth["scope"] = scope;
        }
    }
    Ok(json!({ "auth": auth }))
}

/// The login that the environment describes, as OpenStack's own tools read it.
fn of_environment(variable: &dyn Fn(&str) -> String) -> OpenStackLogin {
    let first = |names: &[&str]| {
        names.iter().map(|name| variable(name)).find(|value| !value.is_empty()).unwrap_or_default()
    };
    let secret = |name: &str| Some(variable(name)).filter(|value| !value.is_empty()).map(Secret::new);
    OpenStackLogin {
        identity_endpoint: Url::parse(&variable("OS_AUTH_URL")).ok(),
        username: variable("OS_USERNAME"),
        userid: first(&["OS_USERID", "OS_USER_ID"]),
        password: secret("OS_PASSWORD"),
        project_name: first(&["OS_PROJECT_NAME", "OS_TENANT_NAME"]),
        project_id: first(&["OS_PROJECT_ID", "OS_TENANT_ID"]),
        domain_name: first(&["OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME"]),
        domain_id: first(&["OS_DOMAIN_ID", "OS_USER_DOMAIN_ID"]),
        application_credential_name: variable("OS_APPLICATION_CREDENTIAL_NAME"),
        application_credential_id: variable("OS_APPLICATION_CREDENTIAL_ID"),
        application_credential_secret: secret("OS_APPLICATION_CREDENTIAL_SECRET"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions() {
        let user = OpenStackLogin {
            username: "u".to_owned(),
            password: Some(Secret::new("p")),
            domain_name: "d".to_owned(),
            ..OpenStackLogin::default()
        };
        let identity = json!({
            "methods": ["password"],
            "password": { "user": { "name": "u", "domain": { "name": "d" }, "password": "p" } },
        });
        let expected = json!({ "auth": { "identity": identity, "scope": { "domain": { "name": "d" } } } });
        assert_eq!(v3_question(&user).unwrap(), expected);
        let project = OpenStackLogin { project_name: "x".to_owned(), ..user.clone() };
        let scope = json!({ "project": { "name": "x", "domain": { "name": "d" } } });
        assert_eq!(v3_question(&project).unwrap()["auth"]["scope"], scope);
        let project = OpenStackLogin { project_id: "7".to_owned(), ..project };
        assert_eq!(v3_question(&project).unwrap()["auth"]["scope"], json!({ "project": { "id": "7" } }));

        let credential = OpenStackLogin {
            application_credential_id: "c".to_owned(),
            application_credential_secret: Some(Secret::new("s")),
            project_name: "ignored".to_owned(),
            ..OpenStackLogin::default()
        };
        let credential = v3_question(&credential).unwrap();
        assert_eq!(
            credential["auth"]["identity"]["application_credential"],
            json!({ "id": "c", "secret": "s" })
        );
        assert_eq!(credential["auth"].get("scope"), None);

        let nobody = OpenStackLogin::default();
        assert!(v3_question(&nobody).unwrap_err().contains("username or userid"));
        let homeless = OpenStackLogin { domain_name: String::new(), ..user };
        assert!(v3_question(&homeless).unwrap_err().contains("domain_name or domain_id"));
    }

    #[test]
    fn environment() {
        let login = of_environment(&|name| match name {
            "OS_AUTH_URL" => "https://keystone/v3".to_owned(),
            "OS_TENANT_NAME" => "old".to_owned(),
            "OS_PASSWORD" => "p".to_owned(),
            _ => String::new(),
        });
        assert_eq!(login.identity_endpoint.unwrap().as_str(), "https://keystone/v3");
        assert_eq!(login.project_name, "old");
        assert_eq!(login.password.unwrap().expose(), "p");
    }
}
