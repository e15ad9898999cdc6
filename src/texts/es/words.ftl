# Fechas, duraciones, cantidades y los nombres de las medidas.

moment = { $day }, { $time } UTC
day = { $day } de { $month } de { $year }
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre

span-days = { $count ->
    [one] { $count } día
   *[other] { $count } días
}
span-hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}
span-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
span-seconds = { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
}

points = { $count ->
    [one] { $amount } punto
   *[other] { $amount } puntos
}

kind-note = Nota
kind-warn = Advertencia
kind-mute = Silencio
kind-unmute = Silencio levantado
kind-restrict = Restricción
kind-unrestrict = Restricción levantada
kind-kick = Expulsión
kind-tempban = Bloqueo temporal
kind-ban = Bloqueo
kind-unban = Bloqueo levantado
kind-delete_messages = Mensajes eliminados

restriction-restrict = No puedes hacerlo todo
restriction-mute = No puedes escribir ni hablar
restriction-ban = No puedes entrar
