//! What others say: boto3 reads the simulated account, and the program reads accounts that others simulate.
//!
//! moto 5.2.5 holds EC2, Auto Scaling, load balancers, RDS and IAM; ministack 1.5.33 holds CloudWatch, whose protocol moto lacks.
//! boto3 is the judge: what it counts in them is what the program must say.

mod denied;
mod disturbed;
mod estate;
mod shapes;
mod simulated;
mod writes;
