//! Names that a large company might have given its services.

const SUBJECTS: &[&str] = &[
    "cart",
    "pricing",
    "ledger",
    "identity",
    "catalog",
    "billing",
    "shipping",
    "reviews",
    "media",
    "fraud",
    "inventory",
    "offers",
    "mail",
    "events",
    "reports",
    "search",
    "profile",
    "returns",
    "loyalty",
    "tax",
    "rates",
    "quotes",
    "claims",
    "routing",
    "menus",
];

const ROLES: &[&str] = &["api", "web", "gateway", "stream", "worker", "index", "cache", "batch"];

/// The name of the service with this number: no two are equal.
pub(super) fn service(number: usize) -> String {
    let subject = SUBJECTS.get(number % SUBJECTS.len()).copied().unwrap_or("service");
    let role = ROLES.get(number / SUBJECTS.len() % ROLES.len()).copied().unwrap_or("api");
    match number / (SUBJECTS.len() * ROLES.len()) {
        0 => format!("{subject}-{role}"),
        round => format!("{subject}-{role}-{}", round + 1),
    }
}
