//! The order of the example is told of, and the one that fell through is not.

#[path = "../examples/order.rs"]
#[allow(dead_code, unreachable_pub, reason = "its main is not called here")]
mod example;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_and_its_message_commit_together() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(example::order(folder.path()).await.unwrap(), ["\"Green tea is on its way to you.\""]);
}
