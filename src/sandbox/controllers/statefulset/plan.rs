//! Which pods of a StatefulSet are made or deleted next: pure
//! (Kubernetes v1.33, pkg/controller/statefulset/stateful_set_control.go).

/// One pod of the set.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub ordinal: i32,
    /// It is made of today's template.
    pub current: bool,
    pub health: Health,
}

/// How far a pod is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Ready,
    Unready,
    /// Succeeded or Failed: it must be made anew.
    Finished,
    /// Being deleted.
    Ending,
}

/// What the set asks for.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub replicas: i32,
    /// Pods need not wait for each other (podManagementPolicy Parallel).
    pub parallel: bool,
    /// The lowest ordinal that is updated; `None` for OnDelete.
    pub partition: Option<i32>,
}

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Create(i32),
    Delete(i32),
}

/// The steps that may be taken now, in order.
pub fn steps(members: &[Member], order: Order) -> Vec<Step> {
    let mut steps = Vec::new();
    let find = |ordinal: i32| members.iter().find(|member| member.ordinal == ordinal);
    for ordinal in 0..order.replicas {
        match find(ordinal).map(|member| member.health) {
            None => steps.push(Step::Create(ordinal)),
            Some(Health::Finished) => steps.push(Step::Delete(ordinal)),
            Some(Health::Ready) => continue,
            Some(Health::Unready | Health::Ending) => {}
        }
        if !order.parallel {
            // The next ordinal waits until this one is ready; an update may still replace a broken one.
            return with_update(steps, members, order);
        }
    }
    let mut surplus: Vec<_> = members.iter().filter(|member| member.ordinal >= order.replicas).collect();
    surplus.sort_by_key(|member| std::cmp::Reverse(member.ordinal));
    for member in surplus {
        if member.health != Health::Ending {
            steps.push(Step::Delete(member.ordinal));
        }
        if !order.parallel {
            return steps;
        }
    }
    with_update(steps, members, order)
}

/// Adds the deletion of the highest outdated pod, if no other pod is still on its way.
fn with_update(mut steps: Vec<Step>, members: &[Member], order: Order) -> Vec<Step> {
    let Some(partition) = order.partition else {
        return steps;
    };
    let mut inside: Vec<_> =
        members.iter().filter(|member| (partition..order.replicas).contains(&member.ordinal)).collect();
    inside.sort_by_key(|member| std::cmp::Reverse(member.ordinal));
    for member in inside {
        match (member.current, member.health) {
            (false, Health::Ready | Health::Unready) => {
                steps.push(Step::Delete(member.ordinal));
                break;
            }
            (_, Health::Ready) => {}
            _ => break,
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(ordinal: i32, current: bool, health: Health) -> Member {
        Member { ordinal, current, health }
    }

    fn order(replicas: i32, parallel: bool) -> Order {
        Order { replicas, parallel, partition: Some(0) }
    }

    #[test]
    fn ordered_pods_come_one_by_one_and_parallel_ones_together() {
        assert_eq!(steps(&[], order(3, false)), [Step::Create(0)]);
        assert_eq!(steps(&[member(0, true, Health::Unready)], order(3, false)), []);
        assert_eq!(steps(&[member(0, true, Health::Ready)], order(3, false)), [Step::Create(1)]);
        assert_eq!(steps(&[], order(2, true)), [Step::Create(0), Step::Create(1)]);
    }

    #[test]
    fn scaling_down_takes_the_highest_ordinal_first() {
        let ready = [0, 1, 2].map(|ordinal| member(ordinal, true, Health::Ready));
        assert_eq!(steps(&ready, order(1, false)), [Step::Delete(2)]);
        assert_eq!(steps(&ready, order(1, true)), [Step::Delete(2), Step::Delete(1)]);
    }

    #[test]
    fn an_update_replaces_one_pod_at_a_time_from_the_top() {
        let old = [member(0, false, Health::Ready), member(1, false, Health::Ready)];
        assert_eq!(steps(&old, order(2, true)), [Step::Delete(1)]);
        let waiting = [member(0, false, Health::Ready), member(1, true, Health::Unready)];
        assert_eq!(steps(&waiting, order(2, true)), []);
        let next = [member(0, false, Health::Ready), member(1, true, Health::Ready)];
        assert_eq!(steps(&next, order(2, true)), [Step::Delete(0)]);
    }

    #[test]
    fn a_broken_pod_of_an_old_revision_is_replaced() {
        assert_eq!(steps(&[member(0, false, Health::Unready)], order(1, false)), [Step::Delete(0)]);
        assert_eq!(steps(&[member(0, true, Health::Unready)], order(1, false)), []);
    }

    #[test]
    fn on_delete_and_the_partition_keep_old_pods() {
        let old = [member(0, false, Health::Ready), member(1, false, Health::Ready)];
        assert_eq!(steps(&old, Order { replicas: 2, parallel: true, partition: None }), []);
        assert_eq!(
            steps(&[old[0], member(1, true, Health::Ready)], Order { replicas: 2, parallel: true, partition: Some(1) }),
            []
        );
    }

    #[test]
    fn a_finished_pod_is_deleted_so_that_it_can_come_again() {
        assert_eq!(steps(&[member(0, true, Health::Finished)], order(1, true)), [Step::Delete(0)]);
    }
}
