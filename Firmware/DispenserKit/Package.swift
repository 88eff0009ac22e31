// swift-tools-version:6.2
import PackageDescription

// The same sources are compiled with Embedded Swift for the controller: see toolsets/ and script/firmware.
let package = Package(
    name: "DispenserKit",
    products: [.library(name: "DispenserKit", targets: ["DispenserKit"])],
    targets: [
        .target(
            name: "DispenserKit",
            swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .treatAllWarnings(as: .error)]),
        .testTarget(
            name: "DispenserKitTests",
            dependencies: ["DispenserKit"],
            swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .treatAllWarnings(as: .error)]),
    ],
    swiftLanguageModes: [.v6]
)
