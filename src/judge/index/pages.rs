//! A long list of which a copy shares all but the pages that are changed in it.

use std::sync::Arc;

/// Items a page.
const PAGE: usize = 256;

/// A list in pages.
#[derive(Debug, Clone)]
pub(in crate::judge) struct Pages<T> {
    pages: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { pages: Vec::new(), len: 0 }
    }
}

impl<T: Clone> Pages<T> {
    pub(in crate::judge) fn len(&self) -> usize {
        self.len
    }

    pub(in crate::judge) fn get(&self, position: usize) -> Option<&T> {
        self.pages.get(position / PAGE)?.get(position % PAGE)
    }

    pub(in crate::judge) fn get_mut(&mut self, position: usize) -> Option<&mut T> {
        Arc::make_mut(self.pages.get_mut(position / PAGE)?).get_mut(position % PAGE)
    }

    pub(in crate::judge) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.iter())
    }

    /// Makes it as long as this, by copies of `item`; it never grows shorter.
    pub(in crate::judge) fn lengthen(&mut self, len: usize, item: &T) {
        while self.len < len {
            if self.len.is_multiple_of(PAGE) {
                self.pages.push(Arc::new(Vec::with_capacity(PAGE)));
            }
            let Some(page) = self.pages.last_mut() else { return };
            let more = (PAGE - page.len()).min(len - self.len);
            Arc::make_mut(page).extend(std::iter::repeat_n(item, more).cloned());
            self.len += more;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_shares_what_is_not_changed_in_it() {
        let mut pages = Pages::default();
        pages.lengthen(700, &1);
        let mut copy = pages.clone();
        *copy.get_mut(300).unwrap() = 2;
        copy.lengthen(1000, &3);
        assert_eq!((pages.get(300), pages.len(), copy.get(300), copy.len()), (Some(&1), 700, Some(&2), 1000));
        assert_eq!((copy.get(699), copy.get(700), copy.get(1000)), (Some(&1), Some(&3), None));
        assert!(Arc::ptr_eq(&pages.pages[0], &copy.pages[0]) && !Arc::ptr_eq(&pages.pages[1], &copy.pages[1]));
        assert_eq!(copy.iter().count(), 1000);
    }
}
