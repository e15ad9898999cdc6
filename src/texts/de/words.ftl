# Datumsangaben, Dauern, Beträge, und wie Maßnahmen heißen.

moment = { $day }, { $time } UTC
day = { $day }. { $month } { $year }
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

span-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
span-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
span-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
span-seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}

points = { $count ->
    [one] { $amount } Punkt
   *[other] { $amount } Punkte
}

kind-note = Notiz
kind-warn = Verwarnung
kind-mute = Stummschaltung
kind-unmute = Stummschaltung aufgehoben
kind-restrict = Einschränkung
kind-unrestrict = Einschränkung aufgehoben
kind-kick = Rauswurf
kind-tempban = Befristeter Ausschluss
kind-ban = Ausschluss
kind-unban = Ausschluss aufgehoben
kind-delete_messages = Nachrichten gelöscht

restriction-restrict = Du darfst nicht alles tun
restriction-mute = Du darfst nicht schreiben oder sprechen
restriction-ban = Du darfst nicht hinein
