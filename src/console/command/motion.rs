//! Commands that move the selection.

use super::super::screen::{Act, Motion};
use super::place::act;
use super::{Argument, Command};

pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "down",
        aliases: &[],
        argument: Argument::None,
        doc: "a row down",
        run: |app, _| act(app, &Act::Move(Motion::By(1))),
    },
    Command {
        name: "up",
        aliases: &[],
        argument: Argument::None,
        doc: "a row up",
        run: |app, _| act(app, &Act::Move(Motion::By(-1))),
    },
    Command {
        name: "top",
        aliases: &[],
        argument: Argument::None,
        doc: "to the first row",
        run: |app, _| act(app, &Act::Move(Motion::Top)),
    },
    Command {
        name: "bottom",
        aliases: &[],
        argument: Argument::None,
        doc: "to the last row",
        run: |app, _| act(app, &Act::Move(Motion::Bottom)),
    },
    Command {
        name: "half-page-down",
        aliases: &[],
        argument: Argument::None,
        doc: "half a page down",
        run: |app, _| act(app, &Act::Move(Motion::HalfPages(1))),
    },
    Command {
        name: "half-page-up",
        aliases: &[],
        argument: Argument::None,
        doc: "half a page up",
        run: |app, _| act(app, &Act::Move(Motion::HalfPages(-1))),
    },
    Command {
        name: "page-down",
        aliases: &[],
        argument: Argument::None,
        doc: "a page down",
        run: |app, _| act(app, &Act::Move(Motion::Pages(1))),
    },
    Command {
        name: "page-up",
        aliases: &[],
        argument: Argument::None,
        doc: "a page up",
        run: |app, _| act(app, &Act::Move(Motion::Pages(-1))),
    },
];
