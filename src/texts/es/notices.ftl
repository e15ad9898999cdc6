# Lo que se dice a los miembros sobre casos y apelaciones decididas.

notice-done-note = Se ha registrado una nota sobre ti en { $community }.
notice-done-warn = Has recibido una advertencia en { $community }.
notice-done-mute = Se te ha silenciado en { $community }.
notice-done-unmute = Puedes volver a hablar en { $community }.
notice-done-restrict = Se te ha restringido en { $community }. Se te ha retirado: { $capabilities }.
notice-done-unrestrict = Se han levantado restricciones sobre ti en { $community }.
notice-done-kick = Se te ha expulsado de { $community }. Puedes volver.
notice-done-tempban = Se te ha bloqueado temporalmente en { $community }.
notice-done-ban = Se te ha bloqueado en { $community }.
notice-done-unban = Se ha levantado tu bloqueo en { $community }.
notice-done-delete_messages = Se han borrado mensajes tuyos en { $community }.
notice-done-custom = Se ha registrado sobre ti en { $community }: { $kind }.

notice-until = Dura { $duration }, hasta el { $until }.
notice-open = No tiene fecha de fin.
notice-while-above = Dura mientras tengas { $points } o más.
notice-reason = Motivo: { $reason }
notice-points = Suma { $points }.

notice-by-person = Lo decidió una persona.
notice-by-rule = Se decidió automáticamente, por la regla { $rule }.
notice-by-escalation = Se sigue automáticamente del caso #{ $cause }, según las reglas de la comunidad.
notice-by-key = Lo registró una herramienta de la comunidad que no dice quién lo decidió.

notice-number = Caso #{ $case }
notice-appeal = Si crees que es un error, puedes apelar: pide a la moderación de { $community } que vuelva a mirar el caso #{ $case }.
notice-appeal-page = Si crees que es un error, puedes apelar en tu página sobre el caso #{ $case }.
notice-appeal-from = Puedes apelar a partir del { $at }.
notice-appeal-until = Puedes apelar hasta el { $at }.
notice-no-appeal = Según las reglas de { $community }, el caso #{ $case } no se puede apelar.
notice-page = Tu página, que no requiere cuenta, hasta el { $until }: { $url }

notice-asked = Quien revisa tu apelación del caso #{ $case } en { $community } te pregunta algo. Puedes responder hasta el { $until }.
notice-question = Pregunta: { $question }
notice-barred = Tu apelación del caso #{ $case } en { $community } ha sido rechazada y nadie la revisará.

notice-decided-uphold = Tu apelación del caso #{ $case } en { $community } ha sido decidida: el caso se mantiene.
notice-decided-reduce = Tu apelación del caso #{ $case } en { $community } ha sido decidida: el caso cuenta menos desde ahora.
notice-decided-replace = Tu apelación del caso #{ $case } en { $community } ha sido decidida: una medida más leve sustituye al caso.
notice-decided-void = Tu apelación del caso #{ $case } en { $community } ha sido decidida: el caso ya no cuenta.
notice-decided-split = Quienes lo revisaron no se pusieron de acuerdo en ningún cambio.
notice-over = Su restricción ha terminado.
notice-counts = Ahora cuenta { $points }.
notice-others-hold = Lo que se sigue de otros casos continúa.
