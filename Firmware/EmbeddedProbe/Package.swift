// swift-tools-version:6.2
import PackageDescription

// Built for the microcontroller only, by script/firmware: it makes the compiler specialise the whole controller.
let package = Package(
    name: "EmbeddedProbe",
    products: [.library(name: "EmbeddedProbe", type: .static, targets: ["EmbeddedProbe"])],
    dependencies: [.package(path: "../DispenserKit")],
    targets: [
        .target(
            name: "EmbeddedProbe", dependencies: [.product(name: "DispenserKit", package: "DispenserKit")],
            swiftSettings: [.treatAllWarnings(as: .error)])
    ],
    swiftLanguageModes: [.v6]
)
