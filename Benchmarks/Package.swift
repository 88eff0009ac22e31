// swift-tools-version:6.2
import PackageDescription

// A package of its own: its release build takes long, and nothing else needs it. script/bench builds and runs it.
//
// One program a subject, so that the memory that one of them reports is not another's libraries.

let swift: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny"), .treatAllWarnings(as: .error)]

func measured(_ product: String) -> Target.Dependency { .product(name: product, package: "kiosk-agent") }

let package = Package(
    name: "kiosk-benchmarks",
    dependencies: [
        .package(name: "kiosk-agent", path: ".."),
        .package(path: "../Firmware/DispenserKit"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.86.0"),
    ],
    targets: [
        .target(name: "BenchSupport", swiftSettings: swift),
        // The peers: plain C and C++ that does the same with the same libraries.
        .target(name: "CQueuePeer", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(
            name: "CFacePeer",
            cxxSettings: [.unsafeFlags(["-isystem", "/usr/include/opencv4"])],
            linkerSettings: [
                .linkedLibrary("opencv_core"), .linkedLibrary("opencv_imgproc"), .linkedLibrary("opencv_dnn"),
                .linkedLibrary("turbojpeg"),
            ]),
        .target(
            name: "CDevicePeer",
            cSettings: [.unsafeFlags(["-isystem", "/usr/include/PCSC", "-isystem", "/usr/include/freetype2"])],
            linkerSettings: [.linkedLibrary("pcsclite"), .linkedLibrary("freetype")]),
        .executableTarget(
            name: "kiosk-bench-queue",
            dependencies: [
                "BenchSupport", "CQueuePeer", measured("KioskQueue"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: swift),
        .executableTarget(
            name: "kiosk-bench-face", dependencies: ["BenchSupport", "CFacePeer", measured("KioskFaces")],
            swiftSettings: swift),
        .executableTarget(
            name: "kiosk-bench-devices",
            dependencies: [
                "BenchSupport", "CDevicePeer", measured("KioskDevices"),
                .product(name: "DispenserKit", package: "DispenserKit"),
            ],
            swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
