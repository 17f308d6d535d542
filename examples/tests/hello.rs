//! The examples do what they say.

#[path = "../examples/hello.rs"]
#[allow(dead_code, unreachable_pub, reason = "its main is not called here")]
mod example;

#[tokio::test]
async fn hello_is_read_by_the_other_one() {
    let items = example::hello().await.unwrap().items;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].body.to_json().unwrap()["text"], "¡Hola, Ben!");
}
