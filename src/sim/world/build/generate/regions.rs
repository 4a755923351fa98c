//! The regions that AWS has, and the numbers of their zones.

/// A region of AWS.
pub(super) struct Known {
    /// `us-east-1`.
    pub name: &'static str,
    /// What its zone ids begin with, `use1`.
    pub prefix: &'static str,
    /// Numbers of its zones: `use1-az4` has 4.
    pub zones: &'static [u8],
}

/// Those that get work first stand first.
pub(super) const REGIONS: &[Known] = &[
    known("us-east-1", "use1", &[1, 2, 4]),
    known("us-west-2", "usw2", &[1, 2, 3]),
    known("eu-west-1", "euw1", &[1, 2, 3]),
    known("eu-central-1", "euc1", &[1, 2, 3]),
    known("ap-northeast-1", "apne1", &[1, 2, 4]),
    known("ap-southeast-2", "apse2", &[1, 2, 3]),
    known("us-east-2", "use2", &[1, 2, 3]),
    known("ap-southeast-1", "apse1", &[1, 2, 3]),
    known("ap-south-1", "aps1", &[1, 2, 3]),
    known("eu-west-2", "euw2", &[1, 2, 3]),
    known("sa-east-1", "sae1", &[1, 2, 3]),
    known("ca-central-1", "cac1", &[1, 2, 4]),
    known("eu-west-3", "euw3", &[1, 2, 3]),
    known("eu-north-1", "eun1", &[1, 2, 3]),
    known("ap-northeast-2", "apne2", &[1, 2, 3]),
    known("us-west-1", "usw1", &[1, 3]),
    known("ap-northeast-3", "apne3", &[1, 2, 3]),
    known("eu-south-1", "eus1", &[1, 2, 3]),
    known("me-south-1", "mes1", &[1, 2, 3]),
    known("af-south-1", "afs1", &[1, 2, 3]),
    known("ap-east-1", "ape1", &[1, 2, 3]),
    known("me-central-1", "mec1", &[1, 2, 3]),
    known("eu-south-2", "eus2", &[1, 2, 3]),
    known("eu-central-2", "euc2", &[1, 2, 3]),
    known("ap-southeast-3", "apse3", &[1, 2, 3]),
    known("ap-southeast-4", "apse4", &[1, 2, 3]),
    known("ap-south-2", "aps2", &[1, 2, 3]),
    known("il-central-1", "ilc1", &[1, 2, 3]),
    known("ca-west-1", "caw1", &[1, 2, 3]),
    known("ap-southeast-5", "apse5", &[1, 2, 3]),
    known("mx-central-1", "mxc1", &[1, 2, 3]),
    known("ap-southeast-7", "apse7", &[1, 2, 3]),
];

const fn known(name: &'static str, prefix: &'static str, zones: &'static [u8]) -> Known {
    Known { name, prefix, zones }
}
