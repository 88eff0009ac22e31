// swift-tools-version:6.2
import PackageDescription

// Floors (dependencies only downwards) are checked by script/check-floors against Sources/floors.txt.

let swift: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let dispenserKit: Target.Dependency = .product(name: "DispenserKit", package: "DispenserKit")

func module(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swift)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: swift)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: ["KioskTestSupport"] + dependencies, swiftSettings: swift)
}

let package = Package(
    name: "kiosk-agent",
    products: [
        .executable(name: "kioskd", targets: ["kioskd"]),
        .executable(name: "kiosk-visiond", targets: ["kiosk-visiond"]),
        .executable(name: "kioskctl", targets: ["kioskctl"]),
        .executable(name: "kiosk-lab", targets: ["kiosk-lab"]),
        // What Benchmarks, a package of its own, measures.
        .library(
            name: "KioskQueue", targets: ["KioskStore", "KioskSync", "KioskCrypto", "KioskModel", "KioskPlatform"]),
        .library(
            name: "KioskDevices",
            targets: [
                "USBTransport", "CardReader", "ReceiptPrinter", "Dispenser", "SimulatedDevices", "KioskModel",
                "KioskPlatform",
            ]),
        .library(
            name: "KioskFaces",
            targets: ["FacePipeline", "CameraCapture", "VisionProtocol", "CVision", "KioskModel", "KioskPlatform"]),
        // For LD_PRELOAD in tests: must never be linked into anything.
        .library(name: "CFaultShim", type: .dynamic, targets: ["CFaultShim"]),
    ],
    dependencies: [
        .package(path: "Firmware/DispenserKit"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Floor 0: C shims and C libraries.
        .systemLibrary(name: "CUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
        .systemLibrary(name: "CFreeType", pkgConfig: "freetype2", providers: [.apt(["libfreetype-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CPCSC", linkerSettings: [.linkedLibrary("pcsclite")]),
        .target(name: "CV4L2", linkerSettings: [.linkedLibrary("v4l2")]),
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("turbojpeg")]),
        .target(
            name: "CVision",
            cxxSettings: [.unsafeFlags(["-isystem", "/usr/include/opencv4"])],
            linkerSettings: [
                .linkedLibrary("opencv_core"), .linkedLibrary("opencv_imgproc"), .linkedLibrary("opencv_dnn"),
                .linkedLibrary("turbojpeg"),
            ]),

        // Floor 1: values, the operating system, keys, FHIR.
        module("KioskModel", []),
        module("KioskPlatform", ["CLinux", "CZlib", "KioskModel", logging]),
        module("KioskCrypto", ["KioskModel", crypto, x509]),
        module("FHIRModel", []),
        module("GlyphRaster", ["CFreeType"]),

        // Floor 2: transports, capture, store, configuration.
        module("USBTransport", ["CUSB", "CLinux", "KioskModel", "KioskPlatform"], exclude: ["README.md"]),
        module("CameraCapture", ["CV4L2", "CVision", "CLinux", "KioskModel", "KioskPlatform"]),
        module("KioskStore", ["KioskModel", "KioskCrypto", "KioskPlatform", grdb]),
        module("KioskConfig", ["KioskModel", toml]),
        module("VisionProtocol", ["KioskCrypto", "KioskModel", "KioskPlatform", "CLinux"]),

        // Floor 3: one module per peripheral, and the rules.
        module(
            "CardReader", ["USBTransport", "CPCSC", "KioskCrypto", "KioskModel", "KioskPlatform"],
            exclude: ["README.md"]),
        module(
            "ReceiptPrinter", ["USBTransport", "GlyphRaster", "KioskModel", "KioskPlatform"], exclude: ["README.md"]),
        module("Dispenser", ["USBTransport", "KioskModel", "KioskPlatform", dispenserKit], exclude: ["README.md"]),
        module("Prescribing", ["KioskCrypto", "KioskModel"]),
        module("FacePipeline", ["CVision", "CameraCapture", "VisionProtocol", "KioskModel", "KioskPlatform", crypto]),

        // Floor 4: the agent and its way to the platform.
        module(
            "KioskSync", ["FHIRModel", "KioskStore", "KioskCrypto", "KioskModel", "KioskPlatform", asyncHTTPClient]),
        module(
            "KioskAgent",
            ["KioskStore", "Prescribing", "FHIRModel", "KioskSync", "KioskCrypto", "KioskModel", "KioskPlatform"]),

        // Floor 5: faces of the agent, and the laboratory.
        .target(
            name: "KioskAPI", dependencies: ["KioskModel", "KioskPlatform", "CLinux", hummingbird],
            resources: [.embedInCode("Resources/openapi.yaml")], swiftSettings: swift),
        module("KioskAPIClient", ["KioskModel", "KioskPlatform", "CLinux"]),
        module("KioskCommands", ["KioskAPIClient", "KioskCrypto", "KioskModel", "KioskPlatform", argumentParser]),
        module(
            "SimulatedDevices",
            [
                "USBTransport", "GlyphRaster", "KioskCrypto", "KioskModel", "KioskPlatform", "CLinux", "CPNG",
                "CQREncode", "CJPEG", dispenserKit, crypto,
            ]),
        module(
            "KioskLab",
            [
                "SimulatedDevices", "USBTransport", "FHIRModel", "KioskAPIClient", "KioskConfig", "Prescribing",
                "KioskCrypto", "KioskModel", "KioskPlatform", "CLinux", hummingbird, hummingbirdTLS, crypto, x509,
            ]),

        // Floor 6: thin mains.
        program(
            "kioskd",
            [
                "KioskAPI", "KioskAgent", "KioskSync", "KioskStore", "KioskConfig", "CardReader", "ReceiptPrinter",
                "Dispenser", "Prescribing", "VisionProtocol", "USBTransport", "KioskCrypto", "KioskModel",
                "KioskPlatform", lifecycle, argumentParser, logging,
            ]),
        program(
            "kiosk-visiond",
            [
                "FacePipeline", "CameraCapture", "VisionProtocol", "KioskModel", "KioskPlatform", argumentParser,
                logging,
            ]),
        program("kioskctl", ["KioskCommands"]),
        program(
            "kiosk-lab",
            ["KioskLab", "SimulatedDevices", "KioskModel", "KioskPlatform", lifecycle, argumentParser, logging]),

        // Tests: one target per module, and the whole.
        .target(
            name: "KioskTestSupport", dependencies: ["KioskModel", "KioskPlatform", "USBTransport"],
            path: "Tests/KioskTestSupport", swiftSettings: swift),
        tests("KioskModelTests", ["KioskModel"]),
        tests("KioskPlatformTests", ["KioskPlatform", "KioskModel"]),
        tests("KioskCryptoTests", ["KioskCrypto", "KioskModel", crypto, x509]),
        tests("USBTransportTests", ["USBTransport", "SimulatedDevices"]),
        tests("CameraCaptureTests", ["CameraCapture", "CVision"]),
        .target(
            name: "CStoreRecorder", path: "Tests/CStoreRecorder", linkerSettings: [.linkedLibrary("sqlite3")]),
        tests("KioskStoreTests", ["KioskStore", "KioskCrypto", "KioskModel", "CStoreRecorder", grdb]),
        tests("SimulatedCameraTests", ["SimulatedDevices", "USBTransport", "CJPEG"]),
        tests("CameraKernelTests", ["CameraCapture", "SimulatedDevices", "USBTransport", "CV4L2", "CJPEG"]),
        tests("KioskConfigTests", ["KioskConfig", "KioskModel"]),
        tests("CardReaderTests", ["CardReader", "SimulatedDevices", "USBTransport", "KioskCrypto", crypto, x509]),
        tests("ReceiptPrinterTests", ["ReceiptPrinter", "SimulatedDevices", "USBTransport", "GlyphRaster"]),
        tests("DispenserTests", ["Dispenser", "SimulatedDevices", "USBTransport", dispenserKit]),
        tests("FuzzTests", ["CardReader", "ReceiptPrinter", "USBTransport"]),
        tests("PrescribingTests", ["Prescribing", "KioskCrypto", "KioskModel", crypto]),
        tests("FacePipelineTests", ["FacePipeline", "CameraCapture", "VisionProtocol", "KioskCrypto"]),
        tests("KioskSyncTests", ["KioskSync", "KioskStore", "KioskLab", "FHIRModel", "KioskCrypto", "KioskPlatform"]),
        tests(
            "KioskAgentTests",
            [
                "KioskAgent", "KioskStore", "KioskLab", "SimulatedDevices", "CardReader", "Dispenser", "ReceiptPrinter",
                "VisionProtocol", "FacePipeline", "CameraCapture", "USBTransport", "Prescribing", "KioskCrypto",
                "KioskModel", logging,
            ]),
        tests("KioskAPITests", ["KioskAPI", "KioskAPIClient", "KioskAgent", "KioskModel"]),
        tests("KioskCommandsTests", ["KioskCommands", "KioskModel"]),
        .target(name: "CFaultShim", path: "Tests/CFaultShim"),
        tests(
            "FaultInjectionTests",
            [
                "KioskLab", "KioskAPIClient", "KioskSync", "KioskStore", "KioskCrypto", "KioskModel", "KioskPlatform",
                grdb,
            ]),
        tests(
            "IntegrationTests",
            [
                "KioskLab", "KioskCrypto", "KioskAPIClient", "SimulatedDevices", "VisionProtocol", "KioskModel",
                "KioskPlatform",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
