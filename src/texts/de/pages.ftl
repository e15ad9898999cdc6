# Die Seiten, die Mitglieder über einen Link sehen.

page-languages = Sprache
page-skip = Zum Inhalt springen
page-standing-title = Wie du dastehst
page-standing-in = in { $community }
page-appeal-title = Dein Einspruch
page-appeal-about = zu Fall { $case } in { $community }
page-back = Zurück zur Übersicht
page-link-until = Dieser Link gehört dir allein; gib ihn nicht weiter. Er gilt bis { $until }.

page-happened = Was geschehen ist
page-act = Maßnahme
page-when = Wann
page-why = Warum
page-why-none = Es wurde kein Grund festgehalten.
page-rule = Regel
page-decided = Entschieden von
page-decided-moderator = Jemandem aus der Moderation
page-decided-rule = Einer automatischen Regel, ohne einen Menschen
page-decided-ladder = Automatisch, weil du so viele Punkte hattest
page-points-of = Zählt
page-case = Fall
page-for = { $act }, für { $duration }
page-until = Bis
page-until-lifted = Sie hat kein eigenes Ende; sie gilt, bis sie aufgehoben wird.
page-is-over = Sie ist vorbei.
page-voided = Dieser Fall zählt nicht mehr, und es folgt nichts mehr daraus.
page-reduced = Dieser Fall wurde gemildert: Er zählt weniger als zuerst.

page-restrictions = Was jetzt gilt
page-restrictions-none = Nichts. Du bist nicht eingeschränkt.
page-restriction-until = bis { $until }
page-restriction-open = bis es aufgehoben wird

page-points = Deine Punkte
page-points-none = Du hast keine Punkte.
page-points-now = Du hast jetzt { $points }.
page-points-paused = Sie stehen still bis { $until } und fallen von da an.
page-points-frozen = Sie stehen still, solange eine Einschränkung ohne Ende gilt.
page-points-stay = Sie fallen nicht von selbst.
page-points-clear = Wenn sonst nichts geschieht, ist der letzte am { $at } weg.
page-plot = Wie deine Punkte von jetzt an fallen, wenn sonst nichts geschieht
page-plot-described = Von { $points } am { $from } auf { $left } am { $to }. Die Tabelle darunter hat die genauen Zeiten.
page-plot-levels = Gestrichelt: Punkte, bei denen aus einer weiteren Maßnahme etwas folgt.
page-falls = Wann deine Punkte fallen
page-falls-at = Ab
page-falls-points = Punkte
page-falls-below = Was das heißt
page-falls-level = Unter der Stufe für: { $act }
page-falls-clear = Alle weg

page-appeal-call = Findest du, dass das falsch war?
page-appeal-why = Dann sag es. Jemand, der nicht daran beteiligt war, sieht sich den Fall noch einmal an.
page-appeal-start = Einspruch erheben
page-appeal-see = Deinen Einspruch ansehen

page-progress = Stand
page-state-submitted = Dein Einspruch ist da und wartet darauf, geprüft zu werden.
page-state-in-review = Er wird gerade geprüft.
page-state-closed = Er wurde entschieden.
page-state-withdrawn = Du hast ihn zurückgenommen.
page-state-moot = Es ist nichts mehr zu entscheiden: Der Fall zählt nicht mehr oder wurde aufgehoben.
page-state-draft = Du schreibst noch daran.
page-state-needs-info = Zu deinem Einspruch gibt es eine Frage an dich.
page-state-answered = Du hast die Frage beantwortet.
page-state-barred = Er wurde abgewiesen und wird nicht geprüft.
page-state-expired = Deine Zeit dafür ist abgelaufen.
page-outcome-uphold = Der Fall bleibt, wie er ist.
page-outcome-void = Du hattest recht: Der Fall zählt nicht mehr, und es folgt nichts mehr daraus.
page-outcome-reduce = Der Fall zählt ab jetzt weniger, oder seine Einschränkung endet früher.
page-outcome-replace = Etwas Milderes tritt von Anfang an an seine Stelle.
page-outcome-reason = Dazu heißt es:
page-said = Was du gesagt hast
page-said-links = Links, die du angegeben hast

page-write = Sag, warum
page-write-help = Was ist aus deiner Sicht geschehen? Höchstens { $most } Zeichen. Es wird nur zur Prüfung gelesen und nicht veröffentlicht.
page-evidence = Links zu dem, was es zeigt
page-evidence-help = Freiwillig: je einer pro Zeile, höchstens { $most }, zum Beispiel https://example.com/bild.
page-send = Einspruch absenden
page-asked = Eine Frage an dich
page-asked-until = Antworte bis { $until }; danach ist der Einspruch vorbei.
page-answer = Deine Antwort
page-answer-send = Antwort absenden
page-draft = Schreib deinen Einspruch zu Ende
page-more = Noch etwas sagen
page-more-write = Was gibt es noch zu sagen?
page-more-send = Absenden
page-optional = (freiwillig)
page-withdraw = Einspruch zurücknehmen
page-withdraw-help = Dann wird er nicht mehr geprüft.
page-withdraw-sure = Ja, zurücknehmen

page-no-appeal = Einspruch ist jetzt nicht möglich
page-no-appeal-voided = Dieser Fall zählt nicht mehr.
page-no-appeal-kind = Gegen diese Art von Fall gibt es hier keinen Einspruch.
page-no-appeal-most = Gegen diesen Fall gab es { $most } Einsprüche, und mehr sind nicht möglich.
page-no-appeal-late = Die Zeit für einen Einspruch war am { $since } vorbei.
page-no-appeal-early = Für einen Einspruch ist es zu früh. Du kannst ihn ab { $from } einlegen.
page-cannot = Das geht jetzt nicht. Was du geschrieben hast, ist noch da.

page-wrong = Sieh dir das bitte noch einmal an
page-wrong-empty = Schreib etwas, bevor du es absendest.
page-wrong-long = Das ist zu lang: { $count } Zeichen, und { $most } sind das Höchste. Kürze es; es ist alles noch da.
page-wrong-characters = Darin sind Zeichen, die nicht gespeichert werden können. Nimm Buchstaben, Ziffern, Satzzeichen und Zeilenumbrüche.
page-wrong-links = Höchstens { $most } Links, jeder in einer eigenen Zeile und mit https:// oder http:// am Anfang.
page-wrong-answer = Beantworte jede Frage, die nicht freiwillig ist, mit höchstens { $most } Zeichen.
page-wrong-form = Dieses Formular war zu lange offen oder wurde nicht von dieser Seite abgesendet. Sieh es durch und sende es noch einmal.

page-nothing = Dieser Link funktioniert nicht
page-nothing-why = Vielleicht ist er unvollständig, zu alt oder nicht mehr gültig. Bitte dort, wo du ihn bekommen hast, um einen neuen.
page-too-large = Das war zu viel auf einmal
page-too-large-why = Ein Einspruch hat höchstens { $most } Zeichen. Geh zurück, kürze ihn und sende ihn noch einmal.
page-too-often = Zu viele Anfragen
page-too-often-why = Warte { $wait } und versuch es dann noch einmal.
page-broken = Das hat nicht geklappt
page-broken-why = Bei uns ist etwas schiefgegangen. Warte einen Moment und versuch es dann noch einmal.
