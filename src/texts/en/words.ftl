# Dates, durations, amounts, and what acts are called.

moment = { $day }, { $time } UTC
day = { $day } { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

span-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
span-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
span-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}

points = { $count ->
    [one] { $amount } point
   *[other] { $amount } points
}

kind-note = Note
kind-warn = Warning
kind-mute = Mute
kind-unmute = Mute lifted
kind-restrict = Restriction
kind-unrestrict = Restriction lifted
kind-kick = Removal
kind-tempban = Temporary ban
kind-ban = Ban
kind-unban = Ban lifted
kind-delete_messages = Messages deleted

restriction-restrict = You may not do everything
restriction-mute = You may not speak
restriction-ban = You may not enter
