// swift-tools-version:6.2
import PackageDescription

// The controller's image, for the microcontroller only: script/firmware builds it with a board's toolset.
let package = Package(
    name: "Dispenser",
    products: [.executable(name: "Firmware", targets: ["Firmware"])],
    dependencies: [.package(path: "../DispenserKit")],
    targets: [
        .executableTarget(
            name: "Firmware", dependencies: [.product(name: "DispenserKit", package: "DispenserKit"), "CCortexM"],
            swiftSettings: [.enableExperimentalFeature("Volatile"), .treatAllWarnings(as: .error)]),
        .systemLibrary(name: "CCortexM"),
    ],
    swiftLanguageModes: [.v6]
)
