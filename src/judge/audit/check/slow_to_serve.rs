//! Groups that need longer to grow than their headroom lasts.

use jiff::Timestamp;

use crate::estate::Kind;
use crate::estate::group::Group;
use crate::estate::query::Query;

use super::scene::{self, Scene};
use crate::judge::audit::launches::{self, Launches};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "slow-to-serve",
    title: "it grows more slowly than its load",
    severity: Severity::Medium,
    explain: "New members help only once they serve. Where the load rises so that the limit is reached before that, scaling \
              comes too late every time, and the members that are there are overloaded meanwhile, which makes them slower \
              still. Measured are the launches that the group's activities tell of, p50 and p95, and the rise of its CPU over \
              the last quarter of an hour.",
    source: "AWS: EC2 Auto Scaling guide, warm-up (aws-domain.md B.4, C.1)",
    remedy: "keep more in reserve, scale earlier, or boot faster: a baked image, a warm pool",
    reach: Reach::Region,
    needs: &[Kind::Groups, Kind::Activities, Kind::Series],
    by_part: &[],
    run,
};

/// A rise below this, in per cent a minute, is noise.
const RISES: f64 = 0.2;

fn run(scene: &Scene<'_>, report: &mut Report) {
    let launches = launches::of(scene);
    let limit = scene.policy.headroom.cpu_limit;
    for group in scene.groups() {
        let Some((cpu, rise)) = rise(scene, group).filter(|(_, rise)| *rise >= RISES) else { continue };
        let lasts_s = ((limit - cpu) / rise).max(0.0) * 60.0;
        let Some(times) = launches.get(&group.name).and_then(Launches::measured) else {
            report.not_measured(scene::group(group), launches::too_few(launches.get(&group.name)));
            continue;
        };
        if times.p95_s as f64 > lasts_s {
            let evidence = format!(
                "CPU {cpu:.0} % and +{rise:.1} a minute reaches {limit:.0} in {lasts_s:.0} s; in service after {} s (p50), {} s (p95)",
                times.p50_s, times.p95_s
            );
            report.flaw(scene::group(group), evidence);
        }
    }
}

/// A group's CPU now and how much it rises a minute, by the line that fits its last minutes best.
fn rise(scene: &Scene<'_>, group: &Group) -> Option<(f64, f64)> {
    let query = Query::of_group(&group.name);
    let now = scene.metrics().latest(&query).value()?;
    let points = &scene.metrics().series(&query)?.points;
    let (first, _) = points.first()?;
    let minute = |at: &Timestamp| at.duration_since(*first).as_secs_f64() / 60.0;
    let count = points.len() as f64;
    if points.len() < 5 {
        return None;
    }
    let mean_x = points.iter().map(|(at, _)| minute(at)).sum::<f64>() / count;
    let mean_y = points.iter().map(|(_, value)| value).sum::<f64>() / count;
    let spread = points.iter().map(|(at, _)| (minute(at) - mean_x).powi(2)).sum::<f64>();
    let together = points.iter().map(|(at, value)| (minute(at) - mean_x) * (value - mean_y)).sum::<f64>();
    (spread > 0.0).then(|| (now, together / spread))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            world.cpu(EAST, "web-asg", &[40.0, 42.0, 44.0, 46.0, 48.0, 50.0, 52.0, 54.0, 56.0, 58.0, 60.0, 62.0]);
            (0..6).for_each(|nth| world.launch(EAST, "web-asg", nth + 10, 400));
        },
        subject: "web-asg",
        evidence: &["CPU 62 % and +2.0 a minute reaches 70 in 240 s", "400 s (p95)"],
        silent: |world| {
            world.cpu(EAST, "web-asg", &[40.0, 40.5, 41.0, 41.5, 42.0, 42.5, 43.0, 43.5, 44.0, 44.5]);
        },
    };
}
