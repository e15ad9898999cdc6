# Was die mitgelieferten Abläufe fragen, eins nach dem anderen.

talk-cancel = Abbrechen

talk-appeal-title = Einspruch einlegen
talk-appeal-case = Nummer des Falls
talk-appeal-ask = Schreib mit deinen eigenen Worten, warum die Entscheidung falsch war. Ein Link zu etwas, das es zeigt, hilft.
talk-appeal-statement = Was passiert ist
talk-appeal-evidence = Ein Link, der es zeigt
talk-appeal-questions = Das will die Community außerdem wissen.
talk-appeal-check = Das bekommt zu lesen, wer den Einspruch prüft. Soll er eingelegt werden?
talk-appeal-file = Einlegen
talk-appeal-edit = Neu schreiben
talk-appeal-refused = Der Einspruch konnte nicht eingelegt werden.
talk-appeal-again = Noch einmal versuchen
talk-appeal-filed = Dein Einspruch ist eingelegt. Jemand, der an der Entscheidung nicht beteiligt war, sieht sich den Fall an.
talk-appeal-cancelled = Es wurde nichts eingelegt.
talk-appeal-late = Es ist zu viel Zeit vergangen, und es wurde nichts eingelegt. Du kannst neu anfangen.

talk-act-title = Schwere Maßnahme bestätigen
talk-act-member = Mitglied
talk-act-kind = Art der Maßnahme
talk-act-duration = Für wie viele Sekunden
talk-act-reason = Grund
talk-act-ask = Das ist eine schwere Maßnahme. Bitte bestätige, dass sie so gemeint ist.
talk-act-confirm = Bestätigen
talk-act-done = Erledigt.
talk-act-held = Es wartet darauf, dass jemand anderes zustimmt.
talk-act-refused = Es wurde abgelehnt, und es ist nichts geschehen.
talk-act-cancelled = Es ist nichts geschehen.
talk-act-late = Niemand hat es rechtzeitig bestätigt, und es ist nichts geschehen.

talk-link-title = Konto auf einer anderen Plattform verbinden
talk-link-code = Gib diesen Code innerhalb von zehn Minuten auf der anderen Plattform ein. Gib ihn niemandem sonst.
talk-link-again = Neuer Code
talk-link-ask = Jemand hat deinen Code auf einer anderen Plattform eingegeben und sagt, dass ihm beide Konten gehören. Bist du das?
talk-link-confirm = Ja, das bin ich
talk-link-deny = Nein
talk-link-linked = Die Konten sind verbunden. Ab jetzt sind sie hier eine Person.
talk-link-denied = Die Konten wurden nicht verbunden.
talk-link-cancelled = Die Konten wurden nicht verbunden.
talk-link-late = Es ist zu viel Zeit vergangen, und die Konten wurden nicht verbunden.
talk-link-failed = Die Konten konnten nicht verbunden werden.

talk-code-title = Code eines Kontos auf einer anderen Plattform eingeben
talk-code-ask = Gib den Code ein, den du auf der anderen Plattform bekommen hast.
talk-code-code = Der Code
talk-code-wrong = Dieser Code gilt jetzt nicht. Sieh ihn dir noch einmal an oder lass dir einen neuen geben.
talk-code-check = Ist das dein Konto auf der anderen Plattform? Wenn dir jemand anderes den Code gegeben hat, sag Nein.
talk-code-waiting = Bestätige es jetzt auf der anderen Plattform.
talk-code-failed = Zu viele Codes waren falsch.

talk-fact-appeal = Der Einspruch
talk-fact-held = Die Maßnahme, die wartet
talk-fact-other = Das andere Konto
talk-fact-refusal = Warum
