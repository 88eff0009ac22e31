// Built by script/fuzz-decoders with the decoders' own files and Tests/FuzzTests/FuzzTarget.swift, beside the package.

/// The target that the program's own name says: each target is the same program under another name.
private let target: FuzzTarget = {
    let name = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else { fatalError("no target \(name)") }
    return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    #if PLANTED_BUG
    // As a decoder that believes a length field: what a run of this program must find.
    if bytes.count > 10, bytes[0] == 0x80, Int(bytes[1]) + 10 > bytes.count { _ = bytes[10..<Int(bytes[1]) + 10] }
    #endif
    target.run(bytes)
    return 0
}
