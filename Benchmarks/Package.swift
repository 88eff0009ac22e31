// swift-tools-version:6.2
import PackageDescription

// A package of its own: its release build takes long, and nothing else needs it. script/bench builds and runs it.

let package = Package(
    name: "kiosk-benchmarks",
    dependencies: [
        .package(name: "kiosk-agent", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.86.0"),
    ],
    targets: [
        .target(name: "CPeer", linkerSettings: [.linkedLibrary("sqlite3")]),
        .executableTarget(
            name: "kiosk-bench",
            dependencies: [
                "CPeer", .product(name: "KioskQueue", package: "kiosk-agent"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .treatAllWarnings(as: .error)]),
    ],
    swiftLanguageModes: [.v6]
)
