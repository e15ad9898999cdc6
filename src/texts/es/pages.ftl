# Las páginas que ven los miembros que llegan por un enlace.

page-languages = Idioma
page-skip = Ir al contenido
page-standing-title = Tu situación
page-standing-in = en { $community }
page-appeal-title = Tu apelación
page-appeal-about = sobre el caso { $case } en { $community }
page-back = Volver a tu situación
page-link-until = Este enlace es solo tuyo; no lo compartas. Funciona hasta el { $until }.

page-happened = Qué ha pasado
page-act = Medida
page-when = Cuándo
page-why = Por qué
page-why-none = No se anotó ningún motivo.
page-rule = Regla
page-decided = Lo decidió
page-decided-moderator = Una persona de la moderación
page-decided-rule = Una regla automática, sin intervención de nadie
page-decided-ladder = Automáticamente, por los puntos que tenías
page-points-of = Cuenta
page-case = Caso
page-for = { $act }, durante { $duration }
page-until = Hasta
page-until-lifted = No tiene un final propio; dura hasta que se levante.
page-is-over = Ya ha terminado.
page-voided = Este caso ya no cuenta y ya no tiene consecuencias.
page-reduced = Este caso se redujo: cuenta menos que al principio.

page-restrictions = Qué está en vigor
page-restrictions-none = Nada. No tienes restricciones.
page-restriction-until = hasta el { $until }
page-restriction-open = hasta que se levante

page-points = Tus puntos
page-points-none = No tienes puntos.
page-points-now = Ahora tienes { $points }.
page-points-paused = Se quedan como están hasta el { $until } y a partir de entonces bajan.
page-points-frozen = Se quedan como están mientras haya una restricción sin final.
page-points-stay = No bajan solos.
page-points-clear = Si no pasa nada más, el último desaparece el { $at }.
page-plot = Cómo bajan tus puntos a partir de ahora, si no pasa nada más
page-plot-described = De { $points } el { $from } a { $left } el { $to }. La tabla de abajo tiene las fechas exactas.
page-plot-levels = Línea discontinua: puntos a partir de los cuales otra medida tiene consecuencias.
page-falls = Cuándo bajan tus puntos
page-falls-at = Desde
page-falls-points = Puntos
page-falls-below = Qué significa
page-falls-level = Por debajo del nivel de: { $act }
page-falls-clear = Ya no queda ninguno

page-appeal-call = ¿Crees que fue un error?
page-appeal-why = Puedes decirlo. Otra persona, no quien lo decidió, volverá a mirar el caso.
page-appeal-start = Apelar
page-appeal-see = Ver tu apelación

page-progress = Estado
page-state-submitted = Tu apelación ha llegado y espera a que alguien la revise.
page-state-in-review = Alguien la está revisando.
page-state-closed = Se ha decidido.
page-state-withdrawn = La has retirado.
page-state-moot = Ya no queda nada que decidir: el caso ya no cuenta o se ha levantado.
page-state-draft = Todavía la estás escribiendo.
page-state-needs-info = Quien revisa quiere saber algo de ti.
page-state-answered = Has respondido a la pregunta.
page-state-barred = Se ha rechazado y nadie la revisa.
page-state-expired = Se te ha acabado el tiempo para ella.
page-outcome-uphold = El caso se queda como está.
page-outcome-void = Tenías razón: el caso ya no cuenta y ya no tiene consecuencias.
page-outcome-reduce = El caso cuenta menos desde ahora, o su restricción termina antes.
page-outcome-replace = Algo más leve ocupa su lugar desde el principio.
page-outcome-reason = El motivo:
page-said = Lo que has dicho
page-said-links = Enlaces que has dado

page-write = Explica por qué
page-write-help = ¿Qué pasó, según tú? Como máximo { $most } caracteres. Solo lo leen quienes revisan; no se publica.
page-evidence = Enlaces que lo muestran
page-evidence-help = Opcional: uno por línea, como máximo { $most }, por ejemplo https://example.com/imagen.
page-send = Enviar la apelación
page-asked = Una pregunta para ti
page-asked-until = Responde hasta el { $until }; después la apelación se acaba.
page-answer = Tu respuesta
page-answer-send = Enviar la respuesta
page-draft = Termina tu apelación
page-more = Decir algo más
page-more-write = ¿Qué más hay que decir?
page-more-send = Enviar
page-optional = (opcional)
page-withdraw = Retirar la apelación
page-withdraw-help = Entonces nadie la seguirá revisando.
page-withdraw-sure = Sí, retirarla

page-no-appeal = Ahora no se puede apelar
page-no-appeal-voided = Este caso ya no cuenta.
page-no-appeal-kind = En esta comunidad no se puede apelar este tipo de caso.
page-no-appeal-most = Este caso ya tuvo { $most } apelaciones, y no se admiten más.
page-no-appeal-late = El plazo para apelar terminó el { $since }.
page-no-appeal-early = Es demasiado pronto. Puedes apelar a partir del { $from }.
page-cannot = Ahora no es posible. Lo que has escrito sigue aquí.

page-wrong = Vuelve a mirar esto, por favor
page-wrong-empty = Escribe algo antes de enviarlo.
page-wrong-long = Es demasiado largo: { $count } caracteres, y el máximo son { $most }. Acórtalo; sigue todo aquí.
page-wrong-characters = Contiene caracteres que no se pueden guardar. Usa letras, cifras, signos de puntuación y saltos de línea.
page-wrong-links = Como máximo { $most } enlaces, cada uno en su línea y empezando por https:// o http://.
page-wrong-answer = Responde a cada pregunta que no sea opcional, con { $most } caracteres como máximo.
page-wrong-form = Este formulario estuvo abierto demasiado tiempo o no se envió desde esta página. Revísalo y envíalo otra vez.

page-nothing = Este enlace no funciona
page-nothing-why = Quizá esté incompleto, sea demasiado antiguo o ya no sea válido. Pide otro a quien te lo dio.
page-too-large = Eso fue demasiado de una vez
page-too-large-why = Una apelación tiene como máximo { $most } caracteres. Vuelve atrás, acórtala y envíala otra vez.
page-too-often = Demasiadas peticiones
page-too-often-why = Espera { $wait } y vuelve a intentarlo.
page-broken = No ha funcionado
page-broken-why = Algo ha fallado por nuestra parte. Espera un momento y vuelve a intentarlo.
