//! The rows of a run: its steps, and where they do not fit its lanes, folded by how they stand; what is held stands first.
//!
//! Must stay true: every step is in exactly one row; nothing that is held is ever folded.

use crate::console::operate::{Course, Stage, StageState};
use crate::id::Text;

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row<'a> {
    /// A step by itself.
    Stage(&'a Stage),
    /// A lane that is at something: the step that it is at, and how many of how many of its steps are over.
    Lane(&'a Text, &'a Stage, (usize, usize)),
    /// Lanes that stand alike.
    Fold(Pace, Vec<&'a Text>),
}

/// How a lane stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pace {
    /// A step of it stands still and asks.
    Held,
    /// A step of it is at something.
    Moving,
    /// Some of its steps are over, and the next has not begun; or none has.
    Ahead,
    /// All its steps are over.
    Over,
}

impl Row<'_> {
    /// Names it while the run lasts.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Stage(stage) => format!("step {}", stage.id),
            Self::Lane(part, ..) => format!("lane {part}"),
            Self::Fold(pace, _) => format!("fold {pace:?}"),
        }
    }

    /// The step that it is about; none of what is folded.
    pub(super) fn stage(&self) -> Option<&Stage> {
        match self {
            Self::Stage(stage) | Self::Lane(_, stage, _) => Some(stage),
            Self::Fold(..) => None,
        }
    }
}

/// The rows of a run of which `room` lines fit: all its steps where they do, or where somebody asked for all.
pub(super) fn rows(course: &Course, room: usize, is_open: bool) -> Vec<Row<'_>> {
    let lines: usize = course.stages.iter().map(|stage| 1 + usize::from(is_told(stage))).sum();
    if is_open || lines <= room {
        return course.stages.iter().map(Row::Stage).collect();
    }
    let lanes = lanes(course);
    let of = |pace: Pace| lanes.iter().filter(move |(_, stages)| self::pace(stages) == pace);
    let held = of(Pace::Held).flat_map(|(_, stages)| stages.iter().filter(|stage| stage.state == StageState::Held));
    let mut rows: Vec<Row<'_>> = held.map(|stage| Row::Stage(stage)).collect();
    rows.extend(of(Pace::Moving).filter_map(|(part, stages)| {
        let at = stages.iter().find(|stage| is_moving(stage.state))?;
        let over = stages.iter().filter(|stage| is_over(stage.state)).count();
        Some(Row::Lane(part, at, (over, stages.len())))
    }));
    for pace in [Pace::Ahead, Pace::Over] {
        let parts: Vec<&Text> = of(pace).map(|(part, _)| *part).collect();
        if !parts.is_empty() {
            rows.push(Row::Fold(pace, parts));
        }
    }
    rows
}

/// Whether what a step is at is told under it.
pub(super) fn is_told(stage: &Stage) -> bool {
    let is_at_it = is_moving(stage.state) || stage.state == StageState::Held;
    is_at_it && !stage.detail.is_empty()
}

/// The lanes of a run with their steps, in the order in which the plan has them.
fn lanes(course: &Course) -> Vec<(&Text, Vec<&Stage>)> {
    let mut lanes: Vec<(&Text, Vec<&Stage>)> = Vec::new();
    for stage in &course.stages {
        let Some(step) = course.plan.step(&stage.id) else { continue };
        match lanes.iter_mut().find(|(part, _)| **part == step.part) {
            Some((_, stages)) => stages.push(stage),
            None => lanes.push((&step.part, vec![stage])),
        }
    }
    lanes
}

fn pace(stages: &[&Stage]) -> Pace {
    let any = |is: fn(StageState) -> bool| stages.iter().any(|stage| is(stage.state));
    if any(|state| state == StageState::Held) {
        Pace::Held
    } else if any(is_moving) {
        Pace::Moving
    } else if stages.iter().all(|stage| is_over(stage.state)) {
        Pace::Over
    } else {
        Pace::Ahead
    }
}

fn is_moving(state: StageState) -> bool {
    matches!(state, StageState::Calling | StageState::Waiting | StageState::Undoing)
}

fn is_over(state: StageState) -> bool {
    matches!(state, StageState::Done | StageState::Skipped | StageState::Undone)
}
