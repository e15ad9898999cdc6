# Lo que preguntan los flujos incluidos, una cosa tras otra.

talk-cancel = Cancelar

talk-appeal-title = Presentar una apelación
talk-appeal-case = El número del caso
talk-appeal-ask = Explica con tus propias palabras por qué la decisión fue un error. Ayuda un enlace que lo muestre.
talk-appeal-statement = Qué ha pasado
talk-appeal-evidence = Un enlace que lo muestre
talk-appeal-questions = La comunidad también quiere saber esto.
talk-appeal-check = Esto es lo que leerá quien revise la apelación. ¿La presentamos?
talk-appeal-file = Presentarla
talk-appeal-edit = Escribirla de nuevo
talk-appeal-refused = No se ha podido presentar la apelación.
talk-appeal-again = Volver a intentarlo
talk-appeal-filed = Tu apelación está presentada. Alguien que no participó en la decisión revisará el caso.
talk-appeal-cancelled = No se ha presentado nada.
talk-appeal-late = Ha pasado demasiado tiempo y no se ha presentado nada. Puedes empezar de nuevo.

talk-act-title = Confirmar una medida grave
talk-act-member = El miembro
talk-act-kind = El tipo de medida
talk-act-duration = Durante cuántos segundos
talk-act-reason = El motivo
talk-act-ask = Esta es una medida grave. Confirma, por favor, que es lo que quieres.
talk-act-confirm = Confirmar
talk-act-done = Hecho.
talk-act-held = Espera a que otra persona la apruebe.
talk-act-refused = Se ha rechazado y no se ha hecho nada.
talk-act-cancelled = No se ha hecho nada.
talk-act-late = Nadie la confirmó a tiempo y no se ha hecho nada.

talk-link-title = Vincular una cuenta de otra plataforma
talk-link-code = Escribe este código en la otra plataforma antes de diez minutos. No se lo des a nadie más.
talk-link-again = Un código nuevo
talk-link-ask = Alguien ha escrito tu código en otra plataforma y dice que las dos cuentas son suyas. ¿Eres tú?
talk-link-confirm = Sí, soy yo
talk-link-deny = No
talk-link-linked = Las cuentas están vinculadas. Desde ahora son aquí una sola persona.
talk-link-denied = Las cuentas no se han vinculado.
talk-link-cancelled = Las cuentas no se han vinculado.
talk-link-late = Ha pasado demasiado tiempo y las cuentas no se han vinculado.
talk-link-failed = No se han podido vincular las cuentas.

talk-code-title = Escribir el código de una cuenta de otra plataforma
talk-code-ask = Escribe el código que has recibido en la otra plataforma.
talk-code-code = El código
talk-code-wrong = Este código no vale ahora. Míralo otra vez o pide uno nuevo.
talk-code-check = ¿Es esta tu cuenta en la otra plataforma? Si el código te lo ha dado otra persona, di que no.
talk-code-waiting = Ahora confírmalo en la otra plataforma.
talk-code-failed = Demasiados códigos eran incorrectos.

talk-fact-appeal = La apelación
talk-fact-held = La medida que espera
talk-fact-other = La otra cuenta
talk-fact-refusal = Por qué
