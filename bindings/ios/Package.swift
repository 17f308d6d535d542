// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "ChatLink",
    platforms: [.iOS(.v15)],
    products: [.library(name: "ChatLink", targets: ["ChatLink"])],
    targets: [
        .binaryTarget(name: "ChatLinkFFI", path: "ChatLinkFFI.xcframework"),
        .target(name: "ChatLink", dependencies: ["ChatLinkFFI"], linkerSettings: [.linkedFramework("Security")]),
    ]
)
