# Dates, durées, quantités, et les noms des mesures.

moment = { $day }, { $time } UTC
day = { $day ->
    [1] 1er { $month } { $year }
   *[other] { $day } { $month } { $year }
}
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

span-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
span-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
span-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-seconds = { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
}

points = { $count ->
    [one] { $amount } point
   *[other] { $amount } points
}

kind-note = Note
kind-warn = Avertissement
kind-mute = Mise en sourdine
kind-unmute = Sourdine levée
kind-restrict = Restriction
kind-unrestrict = Restriction levée
kind-kick = Expulsion
kind-tempban = Bannissement temporaire
kind-ban = Bannissement
kind-unban = Bannissement levé
kind-delete_messages = Messages supprimés

restriction-restrict = Vous ne pouvez pas tout faire
restriction-mute = Vous ne pouvez ni écrire ni parler
restriction-ban = Vous ne pouvez pas entrer
