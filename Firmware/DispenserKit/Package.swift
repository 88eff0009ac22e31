// swift-tools-version:6.2
import PackageDescription

let package = Package(
    name: "DispenserKit",
    products: [.library(name: "DispenserKit", targets: ["DispenserKit"])],
    targets: [
        .target(name: "DispenserKit", swiftSettings: [.enableUpcomingFeature("ExistentialAny")]),
        .testTarget(name: "DispenserKitTests", dependencies: ["DispenserKit"]),
    ],
    swiftLanguageModes: [.v6]
)
