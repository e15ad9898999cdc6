# Ce que demandent les parcours fournis, une chose après l’autre.

talk-cancel = Annuler

talk-appeal-title = Faire un recours
talk-appeal-case = Le numéro du cas
talk-appeal-ask = Dites avec vos propres mots pourquoi la décision était une erreur. Un lien qui le montre est utile.
talk-appeal-statement = Ce qui s’est passé
talk-appeal-evidence = Un lien qui le montre
talk-appeal-questions = La communauté veut aussi savoir ceci.
talk-appeal-check = Voici ce que lira la personne qui examine le recours. Faut-il l’envoyer ?
talk-appeal-file = L’envoyer
talk-appeal-edit = L’écrire de nouveau
talk-appeal-refused = Le recours n’a pas pu être envoyé.
talk-appeal-again = Réessayer
talk-appeal-filed = Votre recours est envoyé. Une personne qui n’a pas pris part à la décision examine le cas.
talk-appeal-cancelled = Rien n’a été envoyé.
talk-appeal-late = Trop de temps a passé, et rien n’a été envoyé. Vous pouvez recommencer.

talk-act-title = Confirmer une mesure grave
talk-act-member = Le membre
talk-act-kind = Le type de mesure
talk-act-duration = Pendant combien de secondes
talk-act-reason = Le motif
talk-act-ask = C’est une mesure grave. Confirmez que c’est bien ce que vous voulez.
talk-act-confirm = Confirmer
talk-act-done = C’est fait.
talk-act-held = La mesure attend l’accord d’une autre personne.
talk-act-refused = La mesure a été refusée, et rien n’a été fait.
talk-act-cancelled = Rien n’a été fait.
talk-act-late = Personne ne l’a confirmée à temps, et rien n’a été fait.

talk-link-title = Relier un compte d’une autre plateforme
talk-link-code = Saisissez ce code sur l’autre plateforme dans les dix minutes. Ne le donnez à personne d’autre.
talk-link-again = Un nouveau code
talk-link-ask = Quelqu’un a saisi votre code sur une autre plateforme et dit que les deux comptes sont à lui. Est-ce vous ?
talk-link-confirm = Oui, c’est moi
talk-link-deny = Non
talk-link-linked = Les comptes sont reliés. Ils sont désormais une seule personne ici.
talk-link-denied = Les comptes n’ont pas été reliés.
talk-link-cancelled = Les comptes n’ont pas été reliés.
talk-link-late = Trop de temps a passé, et les comptes n’ont pas été reliés.
talk-link-failed = Les comptes n’ont pas pu être reliés.

talk-code-title = Saisir le code d’un compte d’une autre plateforme
talk-code-ask = Saisissez le code que vous avez reçu sur l’autre plateforme.
talk-code-code = Le code
talk-code-wrong = Ce code n’est pas valable maintenant. Vérifiez-le, ou demandez-en un nouveau.
talk-code-check = Est-ce votre compte sur l’autre plateforme ? Si quelqu’un d’autre vous a donné le code, dites non.
talk-code-waiting = Confirmez maintenant sur l’autre plateforme.
talk-code-failed = Trop de codes étaient faux.

talk-fact-appeal = Le recours
talk-fact-held = La mesure en attente
talk-fact-other = L’autre compte
talk-fact-refusal = Pourquoi
