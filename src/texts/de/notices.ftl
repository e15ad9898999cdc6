# Was Mitgliedern über Fälle und entschiedene Einsprüche gesagt wird.

notice-done-note = In { $community } wurde eine Notiz über dich festgehalten.
notice-done-warn = Du wurdest in { $community } verwarnt.
notice-done-mute = Du wurdest in { $community } stummgeschaltet.
notice-done-unmute = Du darfst in { $community } wieder schreiben.
notice-done-restrict = Du wurdest in { $community } eingeschränkt. Entzogen ist: { $capabilities }.
notice-done-unrestrict = Einschränkungen für dich in { $community } wurden aufgehoben.
notice-done-kick = Du wurdest aus { $community } entfernt. Du darfst wiederkommen.
notice-done-tempban = Du wurdest auf Zeit aus { $community } ausgeschlossen.
notice-done-ban = Du wurdest aus { $community } ausgeschlossen.
notice-done-unban = Dein Ausschluss aus { $community } wurde aufgehoben.
notice-done-delete_messages = In { $community } wurden Nachrichten von dir gelöscht.
notice-done-custom = In { $community } wurde über dich festgehalten: { $kind }.

notice-until = Das gilt { $duration } lang, bis { $until }.
notice-open = Das gilt ohne Enddatum.
notice-while-above = Das gilt, solange du { $points } oder mehr hast.
notice-reason = Grund: { $reason }
notice-points = Dafür gibt es { $points }.

notice-by-person = Das hat ein Mensch entschieden.
notice-by-rule = Das wurde automatisch entschieden, durch die Regel { $rule }.
notice-by-escalation = Das folgt automatisch aus Fall #{ $cause }, nach den Regeln der Community.
notice-by-key = Das hat ein Werkzeug der Community festgehalten, das nicht sagt, wer es entschieden hat.

notice-number = Fall #{ $case }
notice-appeal = Wenn du das für falsch hältst, kannst du Einspruch erheben: Bitte die Moderation von { $community }, sich Fall #{ $case } noch einmal anzusehen.
notice-appeal-page = Wenn du das für falsch hältst, kannst du auf deiner Seite zu Fall #{ $case } Einspruch erheben.
notice-appeal-from = Einspruch ist ab dem { $at } möglich.
notice-appeal-until = Einspruch ist bis zum { $at } möglich.
notice-no-appeal = Nach den Regeln von { $community } ist gegen Fall #{ $case } kein Einspruch möglich.
notice-page = Deine Seite, für die du kein Konto brauchst, bis zum { $until }: { $url }

notice-asked = Wer deinen Einspruch zu Fall #{ $case } in { $community } prüft, fragt dich etwas. Du kannst bis zum { $until } antworten.
notice-question = Frage: { $question }
notice-barred = Dein Einspruch zu Fall #{ $case } in { $community } wurde abgewiesen, und niemand wird ihn prüfen.

notice-decided-uphold = Über deinen Einspruch zu Fall #{ $case } in { $community } ist entschieden: Der Fall bleibt bestehen.
notice-decided-reduce = Über deinen Einspruch zu Fall #{ $case } in { $community } ist entschieden: Der Fall zählt ab jetzt weniger.
notice-decided-replace = Über deinen Einspruch zu Fall #{ $case } in { $community } ist entschieden: Eine mildere Maßnahme tritt an die Stelle des Falls.
notice-decided-void = Über deinen Einspruch zu Fall #{ $case } in { $community } ist entschieden: Der Fall zählt nicht mehr.
notice-decided-split = Die Prüfenden waren sich über keine Änderung einig.
notice-over = Die Einschränkung daraus ist vorbei.
notice-counts = Dafür zählen jetzt { $points }.
notice-others-hold = Was aus anderen Fällen folgt, gilt weiter.
