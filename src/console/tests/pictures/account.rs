//! An account that is put together row by row.

use super::*;

impl Account {
    /// An account of these regions, of which zones and caller are known.
    pub fn new(regions: &[&str]) -> Self {
        let scope: Vec<Region> = regions.iter().map(|region| Region::from(*region)).collect();
        let mut account = Self { estate: Estate::new(scope), at: now() - SignedDuration::from_secs(8) };
        let caller = "arn:aws:sts::123456789012:assumed-role/OnCall/alice".into();
        account.put(&Region::global(), Part::All, vec![Identity { account: "123456789012".into(), caller }]);
        account.put(&Region::global(), Part::All, vec![Alias(text("shop"))]);
        account
    }

    /// Puts rows of one part.
    pub fn put<T: Row>(&mut self, region: &Region, part: Part, rows: Vec<T>) {
        let id = SliceId { region: region.clone(), kind: T::KIND, part };
        self.estate.apply(Update::part(id, Slice::read(T::rows(rows), self.at)));
    }

    /// Makes the next rows read so long ago.
    pub fn aged(&mut self, seconds: i64) -> &mut Self {
        self.at = now() - SignedDuration::from_secs(seconds);
        self
    }

    /// Lets the last read of a kind fail.
    pub fn fail(&mut self, region: &Region, kind: Kind, failure: FailureKind, action: &str, code: &str) {
        let why = ReadFailure {
            kind: failure,
            action: text(action),
            code: Some(text(code)),
            message: text("User: arn:aws:sts::123456789012:assumed-role/OnCall/alice is not authorized"),
            request_id: Some(text("7b1d")),
        };
        let parts: Vec<Part> = self.estate.slices(region, kind).map(|(part, _)| part.clone()).collect();
        for part in if parts.is_empty() { vec![Part::All] } else { parts } {
            let id = SliceId { region: region.clone(), kind, part };
            self.estate.apply(Update::part(id, Slice::failed(why.clone(), now())));
        }
    }

    /// Forgets what was read of a kind.
    pub fn forget(&mut self, region: &Region, kind: Kind) {
        self.estate.retain_parts(region, kind, |_| false);
    }

    /// The account, judged.
    pub fn picture(self) -> Arc<Picture> {
        let judgement = judge(&self.estate, now(), &Policy::default());
        let traffic = Traffic { calls_a_minute: BTreeMap::from([("ec2", 40), ("elb", 52)]), ..Traffic::default() };
        Arc::new(Picture { estate: self.estate, judgement, policy: Arc::default(), taken_at: now(), traffic })
    }

    /// What every region of these pictures has read, though there be nothing.
    pub(super) fn bare(&mut self, region: &Region, zones: &[(&str, &str)]) {
        let zones = zones.iter().map(|(name, id)| Zone {
            name: (*name).into(),
            id: (*id).into(),
            state: ZoneState::Available,
            zone_type: text("availability-zone"),
            messages: Vec::new(),
        });
        self.put(region, Part::All, zones.collect());
        self.put::<Instance>(region, Part::All, Vec::new());
        self.put::<InstanceStatus>(region, Part::All, Vec::new());
        self.put::<Group>(region, Part::All, Vec::new());
        self.put::<TargetGroup>(region, Part::All, Vec::new());
        self.put::<LoadBalancer>(region, Part::All, Vec::new());
        self.put::<ClassicBalancer>(region, Part::All, Vec::new());
        self.put::<Database>(region, Part::All, Vec::new());
        self.put::<Cluster>(region, Part::All, Vec::new());
        self.put::<GlobalCluster>(region, Part::All, Vec::new());
        self.put::<Alarm>(region, Part::All, Vec::new());
        self.put::<ZonalShift>(region, Part::All, Vec::new());
        self.put::<Autoshift>(region, Part::All, Vec::new());
        self.put::<ManagedResource>(region, Part::All, Vec::new());
        self.put::<crate::estate::image::Image>(region, Part::All, Vec::new());
        self.put::<crate::estate::zone::Subnet>(region, Part::All, Vec::new());
        self.put::<Activity>(region, Part::All, Vec::new());
        self.put::<crate::estate::image::LaunchTemplate>(region, Part::All, Vec::new());
    }

    /// Services of these plans; `sick`: the second zone fails as planned.
    pub(super) fn fill(&mut self, region: &Region, zones: &[(&str, &str)], plans: &[Plan], sick: bool) {
        self.bare(region, zones);
        let mut shop = Shop::new(region, sick);
        for plan in plans {
            shop.add(self, zones, plan);
        }
        self.put(region, Part::All, shop.instances);
        self.put(region, Part::All, shop.statuses);
        self.put(region, Part::All, shop.groups);
        self.put(region, Part::All, shop.target_groups);
        self.put(region, Part::All, shop.balancers);
        self.put(region, Part::All, shop.classic);
        self.put(region, Part::All, shop.alarms);
        self.put(region, Part::All, shop.activities);
    }

    pub(super) fn databases(&mut self, region: &Region, zones: &[(&str, &str)], is_primary: bool) {
        let zone = |n: usize| zones.get(n).map(|(name, _)| (*name).into());
        let orders = arn("rds", &Region::from("us-east-1"), "db:orders");
        let mut rows = vec![if is_primary {
            let mut row = database(region, "orders", "postgres", zone(0));
            row.multi_az = true;
            row.standby_zone = zone(1);
            row.backup_days = Some(7);
            row
        } else {
            let mut row = database(region, "orders-west", "postgres", zone(0));
            row.replica_of = Some(orders.text().clone());
            row
        }];
        let mut members = Vec::new();
        for n in 0..2 {
            let mut row = database(region, &format!("catalog-{}", n + 1), "aurora-postgresql", zone(1 - n));
            row.cluster = Some("catalog".into());
            members.push(ClusterMember { database: row.id.clone(), writer: n == 0, promotion_tier: Some(1) });
            rows.push(row);
        }
        let clusters = [("us-east-1", true), ("us-west-2", false)].map(|(region, writer)| GlobalMember {
            cluster: arn("rds", &Region::from(region), "cluster:catalog"),
            writer,
            synchronization: (!writer).then(|| text("connected")),
        });
        let cluster = Cluster {
            id: "catalog".into(),
            arn: Some(arn("rds", region, "cluster:catalog")),
            engine: text("aurora-postgresql"),
            engine_version: Some(text("16.4")),
            status: text("available"),
            members,
            endpoint: Some(text("catalog.cluster-x.rds.amazonaws.com")),
            reader_endpoint: None,
            multi_az: Some(true),
            replica_of: None,
            backup_days: Some(7),
            tags: Tags::default(),
        };
        let global = GlobalCluster {
            id: "catalog-global".into(),
            arn: None,
            engine: Some(text("aurora-postgresql")),
            status: text("available"),
            members: clusters.to_vec(),
            failover: None,
            endpoint: None,
        };
        self.put(region, Part::All, rows);
        self.put(region, Part::All, vec![cluster]);
        self.put(region, Part::All, vec![global]);
    }
}

pub(super) fn database(region: &Region, id: &str, engine: &str, zone: Option<crate::id::ZoneName>) -> Database {
    Database {
        id: id.into(),
        arn: Some(arn("rds", region, &format!("db:{id}"))),
        engine: text(engine),
        engine_version: Some(text("16.4")),
        class: Some(text("db.r6g.large")),
        status: text("available"),
        multi_az: false,
        zone,
        standby_zone: None,
        cluster: None,
        replica_of: None,
        replicas: Vec::new(),
        replication: Vec::new(),
        backup_days: Some(7),
        restorable_until: None,
        pending_changes: Vec::new(),
        promotion_tier: None,
        endpoint: None,
        deletion_protection: Some(true),
        created_at: None,
        tags: Tags::default(),
    }
}
