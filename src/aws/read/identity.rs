//! Who asks, and what the account is called.

use super::Found;
use crate::aws::caller::Caller;
use crate::estate::account::{Alias, Identity};
use crate::estate::{ReadFailure, Row};
use crate::id::{AccountId, Arn};

pub(super) async fn identity(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let answer = caller.call(|| caller.clients.sts.get_caller_identity().send()).await?;
    let identity = Identity {
        account: AccountId::from(caller.required(answer.account(), "Account")?),
        caller: Arn::from(caller.required(answer.arn(), "Arn")?),
    };
    Ok(Found::Rows(Identity::rows(vec![identity])))
}

pub(super) async fn alias(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let answer = caller.call(|| caller.clients.iam.list_account_aliases().send()).await?;
    Ok(Found::Rows(Alias::rows(answer.account_aliases().iter().map(|alias| Alias(alias.as_str().into())).collect())))
}
