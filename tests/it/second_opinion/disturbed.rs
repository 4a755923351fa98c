//! boto3 and the `aws` command meet the simulated account's faults, and take them for what AWS would do.

use crate::support::program::Sim;
use crate::support::python::Python;

#[test]
fn faults_show_as_aws_shows_them_and_leave_nothing_behind() {
    let python = Python::ready();
    let sim = Sim::start("");
    let said = python.run("disturbed.py", &[&sim.url, &Python::aws_command()]);
    assert!(said.contains("comparisons agree"), "{said}");
}
