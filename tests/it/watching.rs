//! A console that stays, on virtual time: what it knows so many seconds later.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use fournines::estate::{Estate, Kind, SliceId};
use fournines::id::Region;
use fournines::judge::{Picture, Policy};
use fournines::runtime::observer::{Observer, Wish};
use fournines::watch::Purpose;
use fournines::watch::store::Loaded;
use tokio::sync::{mpsc, watch};

use crate::account::Account;

/// A console that stays, on virtual time.
pub struct Console {
    run: Pin<Box<dyn Future<Output = Estate>>>,
    pictures: watch::Receiver<Option<Arc<Picture>>>,
    wish: mpsc::Sender<Wish>,
}

impl Console {
    pub fn open(account: &Account, regions: &[&str]) -> Self {
        let observer = Observer::new(account.reader(), Policy::default(), Purpose::Stay, 1, Loaded::default());
        let (wish, wishes) = mpsc::channel(8);
        let (sender, pictures) = watch::channel(None);
        let regions = regions.iter().map(|region| Region::from(*region)).collect();
        Self { run: Box::pin(observer.run(regions, wishes, sender)), pictures, wish }
    }

    /// Says what is looked at from now on.
    pub fn look_at(&self, kinds: Vec<Kind>, slices: Vec<SliceId>) {
        self.wish.try_send(Wish::LookAt(kinds, slices)).unwrap();
    }

    /// The picture so many seconds later.
    pub async fn after(&mut self, seconds: u64) -> Arc<Picture> {
        tokio::select! {
            biased;
            _ = &mut self.run => panic!("it stays"),
            () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
        }
        self.pictures.borrow().clone().unwrap()
    }
}
