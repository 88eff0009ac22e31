extension OpenAPIDocument {
    /// What can be asked for.
    static let paths = #"""
        openapi: 3.1.0
        info:
          title: Kiosk agent, local API
          version: "1"
          description: |
            HTTP/1.1 and JSON on a Unix socket. The kernel tells who is at the other end: the user that kioskd runs as and
            root may do everything, members of the configured technician and doctor groups what their role needs, nobody
            else anything (403, K-API-005).

            Every error is a problem (RFC 9457) with a fault code. Every write needs an Idempotency-Key: the same key with
            the same request gives the same answer and has no second effect; a PIN is not part of that comparison.
            Bodies hold at most 64 KiB, and no field that is not named here.
        servers:
          - url: http://localhost
            description: over the Unix socket, /run/kiosk/kioskd.sock unless configured
        paths:
          /v1/health:
            get:
              operationId: health
              summary: Whether the agent answers, not only its process
              responses:
                "200": { description: It does, content: { application/json: { schema: { $ref: "#/components/schemas/Health" } } } }
                default: { $ref: "#/components/responses/Problem" }
          /v1/status:
            get:
              operationId: status
              summary: The whole kiosk at a glance
              responses:
                "200": { description: The status, content: { application/json: { schema: { $ref: "#/components/schemas/Status" } } } }
                default: { $ref: "#/components/responses/Problem" }
          /v1/devices:
            get:
              operationId: devices
              summary: How each device stands
              responses:
                "200": { description: The devices, content: { application/json: { schema: { $ref: "#/components/schemas/DeviceList" } } } }
                default: { $ref: "#/components/responses/Problem" }
          /v1/queue:
            get:
              operationId: queue
              summary: What waits for the platform
              parameters: [{ $ref: "#/components/parameters/Limit" }]
              responses:
                "200": { description: The outbox, content: { application/json: { schema: { $ref: "#/components/schemas/QueueList" } } } }
                default: { $ref: "#/components/responses/Problem" }
          /v1/events:
            get:
              operationId: events
              summary: Server-sent events, from now on or after the last one that was seen
              description: |
                `id` is the event's sequence, `event` its kind, `data` an Event. A comment is sent while nothing happens.
                A reader that falls far behind is cut off and goes on with Last-Event-ID; a jump in the sequence tells of
                events that are no longer held.
              parameters:
                - { name: Last-Event-ID, in: header, required: false, schema: { type: integer, minimum: 0 } }
              responses:
                "200": { description: The stream, content: { text/event-stream: { schema: { $ref: "#/components/schemas/Event" } } } }
                default: { $ref: "#/components/responses/Problem" }
          /v1/openapi.yaml:
            get:
              operationId: openAPI
              summary: This text
              responses:
                "200": { description: OpenAPI 3.1, content: { application/yaml: { schema: { type: string } } } }
          /v1/session:
            post:
              operationId: signIn
              summary: Sign a doctor in with card and PIN
              parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }]
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      additionalProperties: false
                      required: [pin]
                      properties: { pin: { $ref: "#/components/schemas/PIN" } }
              responses:
                "200": { $ref: "#/components/responses/Session" }
                default: { $ref: "#/components/responses/Problem" }
            delete:
              operationId: signOut
              summary: Sign the doctor out
              parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }]
              responses:
                "200": { description: Nobody is signed in any more }
                default: { $ref: "#/components/responses/Problem" }
          /v1/session/face:
            post:
              operationId: enrolFace
              summary: Enrol the face of the doctor who is signed in
              parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }]
              responses:
                "200": { $ref: "#/components/responses/Session" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/visits:
            get:
              operationId: visits
              summary: The newest visits first
              parameters: [{ $ref: "#/components/parameters/Limit" }]
              responses:
                "200": { description: The visits, content: { application/json: { schema: { $ref: "#/components/schemas/VisitList" } } } }
                default: { $ref: "#/components/responses/Problem" }
          /v1/visits/{id}:
            parameters: [{ $ref: "#/components/parameters/VisitID" }]
            get:
              operationId: visit
              summary: One visit; the patient's name is masked
              responses:
                "200": { $ref: "#/components/responses/Visit" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/visits/{id}/prescription:
            parameters: [{ $ref: "#/components/parameters/VisitID" }]
            post:
              operationId: prescribe
              summary: Submit diagnosis and medicines; the rules are checked
              parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }]
              requestBody:
                required: true
                content: { application/json: { schema: { $ref: "#/components/schemas/PrescriptionDraft" } } }
              responses:
                "200": { $ref: "#/components/responses/Visit" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/visits/{id}/sign:
            parameters: [{ $ref: "#/components/parameters/VisitID" }]
            post:
              operationId: sign
              summary: Sign by face, or by PIN where the face can't be used
              parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }]
              requestBody:
                required: false
                content:
                  application/json:
                    schema:
                      type: object
                      additionalProperties: false
                      properties: { pin: { $ref: "#/components/schemas/PIN" } }
              responses:
                "200": { $ref: "#/components/responses/Visit" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/visits/{id}/dispense:
            parameters: [{ $ref: "#/components/parameters/VisitID" }]
            post:
              operationId: dispense
              summary: Dispense the boxes of the signed prescription
              parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }]
              responses:
                "200": { $ref: "#/components/responses/Visit" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/visits/{id}/print:
            parameters: [{ $ref: "#/components/parameters/VisitID" }]
            post:
              operationId: print
              summary: Print the slip
              parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }]
              responses:
                "200": { $ref: "#/components/responses/Visit" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/visits/{id}/abort:
            parameters: [{ $ref: "#/components/parameters/VisitID" }]
            post:
              operationId: abort
              summary: End a visit that goes no further
              parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }]
              responses:
                "200": { $ref: "#/components/responses/Visit" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/visits/{id}/resolve:
            parameters: [{ $ref: "#/components/parameters/VisitID" }]
            post:
              operationId: resolve
              summary: Record what a person saw of a box whose outcome was not known
              parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }]
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      additionalProperties: false
                      required: [transaction, dropped, by]
                      properties:
                        transaction: { type: integer, minimum: 1, maximum: 4294967295 }
                        dropped: { type: boolean, description: Whether the box fell }
                        by: { type: string, minLength: 1, maxLength: 64 }
              responses:
                "200": { $ref: "#/components/responses/Visit" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/visits/{id}/resolve-print:
            parameters: [{ $ref: "#/components/parameters/VisitID" }]
            post:
              operationId: resolvePrint
              summary: Record what a person saw of a slip whose outcome was not known
              parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }]
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      additionalProperties: false
                      required: [printed, by]
                      properties:
                        printed: { type: boolean, description: Whether the slip came out }
                        by: { type: string, minLength: 1, maxLength: 64 }
              responses:
                "200": { $ref: "#/components/responses/Visit" }
                default: { $ref: "#/components/responses/Problem" }

        """#
}
