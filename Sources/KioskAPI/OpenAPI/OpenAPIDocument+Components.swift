extension OpenAPIDocument {
    /// The views, bodies and answers.
    static let components = #"""
        components:
          parameters:
            VisitID: { name: id, in: path, required: true, schema: { type: string, format: uuid } }
            Limit: { name: limit, in: query, required: false, schema: { type: integer, minimum: 1, maximum: 1000, default: 50 } }
            IdempotencyKey:
              name: Idempotency-Key
              in: header
              required: true
              schema: { type: string, minLength: 1, maxLength: 128, pattern: "^[!-~]+$" }
          responses:
            Session: { description: Who is signed in, content: { application/json: { schema: { $ref: "#/components/schemas/Session" } } } }
            Visit: { description: The visit, content: { application/json: { schema: { $ref: "#/components/schemas/Visit" } } } }
            Problem:
              description: |
                400 malformed, no Idempotency-Key · 403 not allowed · 404 not found · 405 method · 409 the visit, the card or
                the session is not at that point · 413 too large · 422 refused by a rule or the face, key used before ·
                500 internal · 502 platform · 503 a device or the store · 504 a device took too long · 507 disk full
              content: { application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } } }
          schemas:
            PIN: { type: string, pattern: "^[0-9]{4,12}$", writeOnly: true }
            Problem:
              type: object
              required: [type, title, titleZh, status, detail, code, retryable, action, actionZh]
              properties:
                type: { type: string, examples: ["urn:kiosk:fault:K-PRN-001"] }
                title: { type: string }
                titleZh: { type: string }
                status: { type: integer }
                detail: { type: string, description: What was seen; never a person's data }
                code: { type: string, pattern: "^K-[A-Z]+-[0-9]{3}$" }
                retryable: { type: boolean, description: Whether the same request may succeed later }
                action: { type: string, description: The next step }
                actionZh: { type: string }
                device: { type: string }
            Stamp:
              type: object
              required: [boot, monotonic, wall, quality]
              properties:
                boot: { type: string, description: The kernel's boot id }
                monotonic: { type: integer, description: Nanoseconds since boot }
                wall: { type: integer, description: Milliseconds since 1970-01-01T00:00:00Z }
                quality: { enum: [synchronized, unconfirmed, untrusted] }
            Fault:
              type: object
              required: [code, detail]
              properties: { code: { type: string }, detail: { type: string }, device: { type: string } }
            FaultView:
              type: object
              required: [code, severity, zh, en, nextStepZh, nextStepEn, detail]
              properties:
                code: { type: string }
                severity: { enum: [warning, fault, needsPerson] }
                zh: { type: string }
                en: { type: string }
                nextStepZh: { type: string }
                nextStepEn: { type: string }
                detail: { type: string }
                device: { type: string }
            Prompt:
              type: object
              required: [code, zh, en]
              properties: { code: { type: string }, zh: { type: string }, en: { type: string } }
            Health:
              type: object
              required: [schema, state]
              properties: { schema: { const: 1 }, state: { enum: [ready, busy, degraded, needs-person] } }
            Session:
              type: object
              required: [doctor, name, since, custody, faceEnrolled]
              properties:
                doctor: { type: string }
                name: { type: string }
                since: { $ref: "#/components/schemas/Stamp" }
                custody: { enum: [card, software-lab, remote] }
                faceEnrolled: { type: boolean }
            Device:
              type: object
              required: [role, state, simulated]
              properties:
                role: { enum: [reader, doctor-reader, printer, dispenser, camera] }
                state: { enum: [ready, missing, fault] }
                address: { type: string }
                vendorID: { type: integer }
                productID: { type: integer }
                product: { type: string }
                serial: { type: string }
                simulated: { type: boolean }
                fault: { $ref: "#/components/schemas/Fault" }
            DeviceList:
              type: object
              required: [schema, devices]
              properties: { schema: { const: 1 }, devices: { type: array, items: { $ref: "#/components/schemas/Device" } } }
            QueueItem:
              type: object
              required: [id, sequence, kind, state, attempts, bytes, queuedAt]
              properties:
                id: { type: string }
                sequence: { type: integer }
                kind: { type: string }
                visit: { type: string }
                state: { enum: [pending, quarantined, acknowledged] }
                attempts: { type: integer }
                bytes: { type: integer }
                queuedAt: { $ref: "#/components/schemas/Stamp" }
                fault: { $ref: "#/components/schemas/Fault" }
            QueueList:
              type: object
              required: [schema, items]
              properties: { schema: { const: 1 }, items: { type: array, items: { $ref: "#/components/schemas/QueueItem" } } }
            QueueSummary:
              type: object
              required: [pending, quarantined]
              properties:
                pending: { type: integer }
                quarantined: { type: integer }
                oldestSeconds: { type: number }
                lastFault: { $ref: "#/components/schemas/Fault" }
            Status:
              type: object
              required: [schema, version, kiosk, profile, mode, state, uptimeSeconds, devices, queue, faults]
              properties:
                schema: { const: 1 }
                version: { type: string }
                kiosk: { type: string }
                profile: { enum: [lab, production] }
                mode: { enum: [internet-followup, clinic-onsite, retail-vending] }
                state: { enum: [ready, busy, degraded, needs-person] }
                uptimeSeconds: { type: number }
                visit: { $ref: "#/components/schemas/Visit" }
                doctor: { $ref: "#/components/schemas/Session" }
                devices: { type: array, items: { $ref: "#/components/schemas/Device" } }
                queue: { $ref: "#/components/schemas/QueueSummary" }
                faults: { type: array, items: { $ref: "#/components/schemas/FaultView" } }
                prompt: { $ref: "#/components/schemas/Prompt" }
            CodedText:
              type: object
              additionalProperties: false
              required: [system, code, display]
              properties:
                system: { type: string, minLength: 1, maxLength: 200 }
                code: { type: string, minLength: 1, maxLength: 64 }
                display: { type: string, minLength: 1, maxLength: 200 }
            PrescriptionLine:
              type: object
              additionalProperties: false
              required: [medicine, name, strength, boxes, dose, route, frequency, days]
              properties:
                medicine: { type: string, minLength: 1, maxLength: 64 }
                name: { type: string, minLength: 1, maxLength: 200 }
                strength: { type: string, minLength: 1, maxLength: 200 }
                boxes: { type: integer, minimum: 1, maximum: 99 }
                dose: { type: string, minLength: 1, maxLength: 200 }
                route: { type: string, minLength: 1, maxLength: 200 }
                frequency: { type: string, minLength: 1, maxLength: 200 }
                days: { type: integer, minimum: 1, maximum: 365 }
            PrescriptionDraft:
              type: object
              additionalProperties: false
              required: [diagnosis, lines]
              properties:
                diagnosis: { $ref: "#/components/schemas/CodedText" }
                lines: { type: array, minItems: 1, maxItems: 20, items: { $ref: "#/components/schemas/PrescriptionLine" } }
            RuleResult:
              type: object
              required: [rule, verdict, zh, en]
              properties:
                rule: { type: string }
                verdict: { enum: [pass, block] }
                zh: { type: string }
                en: { type: string }
            DispenseRow:
              type: object
              required: [transaction, medicine, slot, state]
              properties:
                transaction: { type: integer }
                medicine: { type: string }
                slot: { type: integer }
                state: { enum: [intended, done, unverified, no-drop, jam, door, interrupted, not-started, unknown] }
            Visit:
              type: object
              required: [id, state, mode, patient, openedAt, lines, rules, dispense, sync, simulated]
              properties:
                id: { type: string, format: uuid }
                state: { enum: [opened, prescribed, signed, dispensing, dispensed, printing, closed, needsPerson, aborted] }
                mode: { enum: [internet-followup, clinic-onsite, retail-vending] }
                patient: { type: string, description: The masked name }
                openedAt: { $ref: "#/components/schemas/Stamp" }
                closedAt: { $ref: "#/components/schemas/Stamp" }
                prescription: { type: string }
                prescriptionNumber: { type: string }
                lines: { type: array, items: { $ref: "#/components/schemas/PrescriptionLine" } }
                rules: { type: array, items: { $ref: "#/components/schemas/RuleResult" } }
                signedBy: { enum: [face, pin] }
                dispense: { type: array, items: { $ref: "#/components/schemas/DispenseRow" } }
                slip: { enum: [queued, sending, confirmed, unconfirmed, failed-clean, unknown] }
                sync: { enum: [none, pending, acknowledged, quarantined] }
                simulated: { type: array, items: { type: string } }
                fault: { $ref: "#/components/schemas/FaultView" }
                prompt: { $ref: "#/components/schemas/Prompt" }
            VisitList:
              type: object
              required: [schema, visits]
              properties: { schema: { const: 1 }, visits: { type: array, items: { $ref: "#/components/schemas/Visit" } } }
            Event:
              type: object
              required: [sequence, kind, at]
              properties:
                sequence: { type: integer }
                kind: { enum: [prompt, visit, device, fault, step, sync] }
                at: { $ref: "#/components/schemas/Stamp" }
                visit: { type: string }
                prompt: { $ref: "#/components/schemas/Prompt" }
                fault: { $ref: "#/components/schemas/FaultView" }
                state: { type: string, description: The new state, or the step's name }

        """#
}
