import KioskModel

extension FaceList: Presentable {
    var exitStatus: CommandExit { .ok }

    func display(_ words: Words) -> Display {
        guard !faces.isEmpty else {
            return Display([.line(words.say("没有登记的人脸。", "No face is enrolled."))])
        }
        let titles =
            words.language == .zh
            ? ["医生", "模板", "模型", "登记", "见证人"] : ["DOCTOR", "TEMPLATES", "MODEL", "ENROLLED", "WITNESS"]
        return Display([
            .table(
                titles: titles,
                faces.map { face in
                    Display.Row(
                        .ok,
                        [
                            face.doctor, String(face.templates), "\(face.model.prefix(12))/\(face.version)",
                            words.shortTime(face.at), "\(face.by.name) (uid \(face.by.user))",
                        ])
                })
        ])
    }
}

extension FaceEnrolment: Presentable {
    var exitStatus: CommandExit { .ok }

    func display(_ words: Words) -> Display {
        Display([
            .title(.ok, words.say("人脸已登记：\(doctor)", "Face enrolled: \(doctor)"), right: words.time(at)),
            .field(words.say("模板", "templates"), [String(templates)]),
            .field(words.say("见证人", "witness"), ["\(by.name) (uid \(by.user))"]),
        ])
    }
}

extension FaceDeletion: Presentable {
    var exitStatus: CommandExit { isScrubbed ? .ok : .warning }

    func display(_ words: Words) -> Display {
        var blocks: [Display.Block] = [
            .title(
                Display.Mark(exitStatus), words.say("人脸模板已删除：\(doctor)", "Face templates deleted: \(doctor)"),
                right: words.time(at)),
            .field(words.say("模板", "templates"), [String(templates)]),
            .field(words.say("操作人", "deleted by"), ["\(by.name) (uid \(by.user))"]),
            .field(words.say("审计", "audit link"), ["\(link) \(hash)"]),
        ]
        if !isScrubbed {
            blocks.append(
                .line(
                    words.say(
                        "数据库日志被占用，旧页将在下次写入时覆盖。", "A reader holds the store's log; old pages go when it lets go.")))
        }
        return Display(blocks)
    }
}

extension FaceQuality: Presentable {
    var exitStatus: CommandExit { good > 0 ? .ok : .warning }

    func display(_ words: Words) -> Display {
        let seen = words.say("\(pictures) 张中 \(good) 张合格", "\(good) of \(pictures) pictures good")
        var blocks: [Display.Block] = [
            .title(Display.Mark(exitStatus), seen, right: camera),
            .table(
                titles: words.language == .zh ? ["指标", "数值", "要求"] : ["MEASURE", "VALUE", "NEEDED"],
                measures.map { measure in
                    Display.Row(
                        measure.isGood ? .ok : .warning,
                        [measure.name.words(words), Self.number(measure.value), measure.bounds])
                }),
        ]
        if let prompt { blocks.append(.line(words.prompt(prompt))) }
        return Display(blocks)
    }

    fileprivate static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "?" }
        let hundredths = Int((value * 100).rounded())
        let sign = hundredths < 0 ? "-" : ""
        let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
        return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension FaceQuality.Measure {
    fileprivate var bounds: String {
        switch (least, most) {
        case (let least?, let most?): "\(FaceQuality.number(least)) … \(FaceQuality.number(most))"
        case (let least?, nil): "≥ \(FaceQuality.number(least))"
        case (nil, let most?): "≤ \(FaceQuality.number(most))"
        case (nil, nil): "-"
        }
    }
}

extension FaceQuality.Measure.Name {
    fileprivate func words(_ words: Words) -> String {
        switch self {
        case .detector: words.say("人脸把握", "surely a face")
        case .eyeDistance: words.say("两眼间距（像素）", "between the eyes, pixels")
        case .tilt: words.say("头部倾斜（度）", "head tilt, degrees")
        case .sharpness: words.say("清晰度", "sharpness")
        case .brightness: words.say("亮度", "brightness")
        case .liveness: words.say("活体", "liveness")
        }
    }
}
