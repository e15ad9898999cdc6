# Ce qui est dit aux membres des dossiers et des appels tranchés.

notice-done-note = Une note à votre sujet a été enregistrée dans { $community }.
notice-done-warn = Vous avez reçu un avertissement dans { $community }.
notice-done-mute = Vous avez été mis en sourdine dans { $community }.
notice-done-unmute = Vous pouvez de nouveau parler dans { $community }.
notice-done-restrict = Vous faites l’objet d’une restriction dans { $community }. Ceci vous est retiré : { $capabilities }.
notice-done-unrestrict = Des restrictions vous concernant dans { $community } ont été levées.
notice-done-kick = Vous avez été expulsé de { $community }. Vous pouvez revenir.
notice-done-tempban = Vous avez été banni temporairement de { $community }.
notice-done-ban = Vous avez été banni de { $community }.
notice-done-unban = Votre bannissement de { $community } a été levé.
notice-done-delete_messages = Des messages de vous ont été supprimés dans { $community }.
notice-done-custom = Ceci a été enregistré à votre sujet dans { $community } : { $kind }.

notice-until = Durée : { $duration }, jusqu’au { $until }.
notice-open = Il n’y a pas de date de fin.
notice-while-above = Cela dure tant que vous avez { $points } ou plus.
notice-reason = Motif : { $reason }
notice-points = Cela ajoute { $points }.

notice-by-person = Une personne l’a décidé.
notice-by-rule = Cela a été décidé automatiquement, par la règle { $rule }.
notice-by-escalation = Cela découle automatiquement du dossier #{ $cause }, selon les règles de la communauté.
notice-by-key = Un outil de la communauté l’a enregistré sans dire qui l’a décidé.

notice-number = Dossier #{ $case }
notice-appeal = Si vous pensez que c’est une erreur, vous pouvez faire appel : demandez à la modération de { $community } de revoir le dossier #{ $case }.
notice-appeal-page = Si vous pensez que c’est une erreur, vous pouvez faire appel sur votre page du dossier #{ $case }.
notice-appeal-from = Vous pouvez faire appel à partir du { $at }.
notice-appeal-until = Vous pouvez faire appel jusqu’au { $at }.
notice-no-appeal = Selon les règles de { $community }, le dossier #{ $case } ne peut pas faire l’objet d’un appel.
notice-page = Votre page, sans compte, jusqu’au { $until } : { $url }

notice-asked = La personne qui examine votre appel du dossier #{ $case } dans { $community } vous pose une question. Vous pouvez répondre jusqu’au { $until }.
notice-question = Question : { $question }
notice-barred = Votre appel du dossier #{ $case } dans { $community } a été rejeté et personne ne l’examinera.

notice-decided-uphold = Votre appel du dossier #{ $case } dans { $community } a été tranché : le dossier est maintenu.
notice-decided-reduce = Votre appel du dossier #{ $case } dans { $community } a été tranché : le dossier compte moins désormais.
notice-decided-replace = Votre appel du dossier #{ $case } dans { $community } a été tranché : une mesure plus légère remplace le dossier.
notice-decided-void = Votre appel du dossier #{ $case } dans { $community } a été tranché : le dossier ne compte plus.
notice-decided-split = Les personnes qui l’ont examiné ne se sont accordées sur aucun changement.
notice-over = La restriction qui en découlait est terminée.
notice-counts = Cela compte { $points } maintenant.
notice-others-hold = Ce qui découle d’autres dossiers continue.
