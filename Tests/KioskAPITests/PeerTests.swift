import Foundation
import KioskAPIClient
import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing

@testable import KioskAPI

@Suite(.serialized) struct PeerTests {
    @Test(.timeLimit(.minutes(1))) func `roles follow user and groups, and nobody else has one`() {
        let policy = AccessPolicy(owner: 990, technicianGroup: 501, doctorGroup: 502)
        let peer = { (user: uid_t, group: gid_t, groups: Set<gid_t>) in
            policy.roles(of: Peer(process: 1, user: user, group: group, groups: groups))
        }
        #expect(peer(0, 0, []) == Set(APIRole.allCases))
        #expect(peer(990, 990, []) == Set(APIRole.allCases))
        #expect(peer(1000, 1000, []).isEmpty)
        #expect(peer(1000, 501, []) == [.technician])
        #expect(peer(1000, 1000, [501, 502]) == [.technician, .doctor])
        let bare = AccessPolicy(owner: 990)
        #expect(bare.roles(of: Peer(process: 1, user: 1000, group: 0, groups: [])).isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func `a technician may not prescribe or sign, and a doctor may`() {
        for operation in [Operation.signIn, .signOut, .prescribe, .sign] {
            #expect(operation.roles == [.owner, .doctor])
        }
        for operation in [Operation.enrolFace, .deleteFace] { #expect(operation.roles == [.owner, .technician]) }
        #expect(Operation.allCases.allSatisfy { $0.roles.contains(.owner) })
    }

    @Test(.timeLimit(.minutes(1))) func `a group that the machine does not have is told at the start`() {
        let error = #expect(throws: Fault.self) {
            try AccessPolicy.forGroups(technician: "no-such-group-here", doctor: nil)
        }
        #expect(error?.code == .configBadValue)
        #expect(error?.detail.contains("technician_group is \"no-such-group-here\"") == true)
        #expect((try? AccessPolicy.forGroups(technician: "root", doctor: nil))?.technicianGroup == 0)
    }

    @Test(.timeLimit(.minutes(1)), .enabled(if: getuid() == 0, "only root can become other users"))
    func `the kernel's word on the peer decides over a real connection`() async throws {
        let api = try await RunningAPI(access: AccessPolicy(technicianGroup: 4501, doctorGroup: 4502))
        let cases: [(groups: String, request: String, status: String)] = [
            ("", "GET /v1/status", "403"),
            ("", "GET /v1/nowhere", "404"),
            ("4501", "GET /v1/status", "200"),
            ("7,8,9,4501", "GET /v1/status", "200"),
            ("4501", "DELETE /v1/session", "403"),
            ("4502", "GET /v1/status", "200"),
            ("4502", "DELETE /v1/session", "200"),
            ("4502", "DELETE /v1/faces/D-1", "403"),
            // One who may sign is no second person, whatever else they may do.
            ("4501,4502", "DELETE /v1/faces/D-1", "403"),
            ("4501", "DELETE /v1/faces/D-1", "400"),
        ]
        for example in cases {
            let answer = try await Self.ask(api.socketPath, example.request, groups: example.groups)
            #expect(answer.hasPrefix("HTTP/1.1 \(example.status) "), "\(example): \(answer)")
        }
        #expect(await api.service.effects == ["signOut"])
    }

    /// Sends a request as the user 65534 with some supplementary groups, from a process of its own.
    private static func ask(_ path: String, _ line: String, groups: String) async throws -> String {
        let request = "\(line) HTTP/1.1\r\nHost: x\r\nIdempotency-Key: \(groups)\r\nConnection: close\r\n\r\n"
        let script = """
            use Socket; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die "$!";
            connect($s, sockaddr_un($ARGV[0])) or die "$!";
            syswrite($s, $ARGV[1]); while (sysread($s, my $b, 4096)) { print $b }
            """
        let identity = ["--reuid=65534", "--regid=65534", groups.isEmpty ? "--clear-groups" : "--groups=\(groups)"]
        return try await runProgram("/usr/bin/setpriv", identity + ["perl", "-e", script, path, request]).output
    }
}
