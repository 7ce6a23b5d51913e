find-title = Atención con ketamina, con alguien a su lado
find-lede = Encuentre clínicas donde un médico o una enfermera lo acompaña en cada dosis. Vea qué pudimos comprobar, cuánto cuesta todo el tratamiento y qué preguntar.
find-label = Código postal, ciudad o nombre de la clínica
find-example = 20814
find-button = Buscar atención
find-hint = No guardamos lo que usted busca.
find-unread = No pudimos leer estas opciones y no las usamos: { $value }.
find-check-lead = ¿Le ofrecieron ketamina por internet o la toma en casa?
find-check-link = Revise a un proveedor
locate-button = Usar mi ubicación
locate-wait = Estamos preguntando a su dispositivo. Solo usamos un lugar aproximado, de cerca de un kilómetro.
locate-fail = Su dispositivo no compartió un lugar. Escriba un código postal o una ciudad.
quick-title = Solo lugares que aceptan
filters-title = Pago, precio y más
filters-apply = Usar estas opciones
filter-payment = Cómo quiere pagar
filter-route = Cómo se da el medicamento
filter-condition = Para qué es
filter-language = Idioma que hablan
filter-any = Cualquiera
filter-integration = Incluye terapia de conversación
filter-accepting = Acepta pacientes nuevos
filter-max-course = Todo el tratamiento, máximo (dólares)
filter-max-session = Una sesión, máximo (dólares)
filter-unknown = Mostrar también lugares donde esto no está verificado
filter-radius = A qué distancia
filter-sort = Orden
radius-miles = { $value } millas
sort-distance = Primero lo más cercano
sort-course_cost = Primero el tratamiento más barato
sort-session_price = Primero la sesión más barata
sort-name = Por nombre
sort-verified_at = Primero lo revisado más recientemente
miles-away = { $value } millas
course-at-least = Al menos { $value }
course-sessions = { $n ->
    [one] 1 sesión
   *[other] { $value } sesiones
 }
course-sessions-assumed = { $n ->
    [one] 1 sesión (suposición nuestra)
   *[other] { $value } sesiones (suposición nuestra: la clínica no indica el número)
 }
course-without-consultation = sin la primera consulta
valid-until = { $value } (hasta el { $date })
missing-law = Si la ley detrás de una regla sigue vigente
card-course = Primer tratamiento completo
card-session = Una sesión
card-payments = Cómo pagar
card-routes = Cómo se da
card-present = Quién está presente en la dosis
card-monitored = Qué se vigila
card-rest = el resto no está verificado
present-clinician-yes = Médico o enfermera hasta que usted se va
present-clinician-no = Sin médico ni enfermera
present-acls-yes = Persona con formación en reanimación (ACLS)
present-acls-no = Nadie con formación en reanimación (ACLS)
present-rescue-yes = Equipo de reanimación listo
present-rescue-no = Sin equipo de reanimación completo
prescriber-on_site = Quien receta está en el lugar
prescriber-immediately_available = Quien receta puede llegar enseguida
prescriber-remote_only = Quien receta solo está a distancia
watched-bp-yes = Presión arterial
watched-bp-no = Presión arterial: no se vigila
watched-pulse-yes = Pulso
watched-pulse-no = Pulso: no se vigila
watched-oxygen-yes = Oxígeno
watched-oxygen-no = Oxígeno: no se vigila
card-accredited = Acreditación
card-accredited-none = Ninguna que pudiéramos verificar
card-accepting = Pacientes nuevos
card-found = Lo que encontramos
card-missing = Sin verificar todavía: pregunte sobre esto
card-more = { $n ->
    [one] 1 punto más
   *[other] { $value } puntos más
 }
card-verified = Última verificación: { $value }
card-checked = Sin verificar por completo. Última revisión: { $value }
card-never-checked = Nunca se ha revisado
card-compare = Comparar
call = Llamar al
rule-link = Regla { $value }
headline-place = { $n ->
    [0] No encontramos ningún lugar cerca de { $place }
    [one] 1 lugar cerca de { $place }
   *[other] { $value } lugares cerca de { $place }
 }
headline-name = { $n ->
    [0] No encontramos ninguna clínica llamada “{ $place }”
    [one] 1 clínica que puede ser “{ $place }”
   *[other] { $value } clínicas que pueden ser “{ $place }”
 }
headline-state = { $n ->
    [0] No encontramos ningún lugar para “{ $place }”
    [one] 1 lugar para “{ $place }”
   *[other] { $value } lugares para “{ $place }”
 }
here = su ubicación aproximada
subline-place = A menos de { $radius } millas en línea recta desde { $precision }. Lista del { $date }.
subline-name = Lista del { $date }.
from-zip-centroid = el centro del código postal
from-city-centroid = el centro de la ciudad
from-unknown = el lugar que usted dio
left-out-unknown = { $n ->
    [one] Dejamos fuera 1 lugar más, porque algo que usted pidió no está verificado allí.
   *[other] Dejamos fuera { $value } lugares más, porque algo que usted pidió no está verificado allí.
 }
left-out-unknown-show = Mostrarlos también
group-accredited = Acreditados, con un profesional clínico en cada dosis ({ $value })
group-accredited-note = Un organismo externo inspeccionó este lugar, en esta dirección, para atención con sedación. También comprobamos quién acompaña cada dosis.
group-supervised = Con un profesional clínico en cada dosis ({ $value })
group-supervised-note = Comprobamos quién acompaña cada dosis. No encontramos una acreditación vigente hoy que incluya la sedación.
group-unverified = Sin verificar todavía ({ $value })
group-unverified-note = No sabemos lo suficiente de estos lugares. Eso no es una mala nota ni tampoco una buena. Pregunte sobre los puntos que faltan.
group-concerns = Problema de seguridad o puntos para preguntar ({ $value })
group-concerns-note = En cada uno se muestra lo que encontramos, con un enlace a la regla.
group-empty = Ninguno aquí.
group-more = Mostrar los { $value }
concerns-count = { $n ->
    [one] Hay 1 lugar más aquí con un problema de seguridad o con puntos para preguntar.
   *[other] Hay { $value } lugares más aquí con un problema de seguridad o con puntos para preguntar.
 }
concerns-show = Mostrar lo que se encontró
nothing-talk-title = Si ahora todo le parece demasiado
nothing-talk = Hay una persona para usted, de día y de noche, sin costo.
far-title = No hay nada comprobado cerca de usted
far-text = El lugar más cercano de nuestra lista que cumple lo que usted pidió está a { $miles } millas en línea recta:
far-means = Un primer tratamiento allí son { $sessions } viajes. Son unas { $total } millas en total, ida y vuelta en línea recta; por carretera es más. Cada vez necesita a alguien que lo lleve a casa.
far-assumed = (Contamos { $sessions } sesiones, porque la clínica no indica el número.)
else-title = Qué más hay
else-spravato-title = Spravato con Medicare.
else-spravato = Un aerosol nasal aprobado por la FDA que se da solo en lugares certificados. Medicare tiene códigos para pagarlo.
else-spravato-source = CGS, contratista de Medicare, mayo de 2023
else-medicaid-title = Spravato con Medicaid.
else-medicaid = De 165 planes y agencias de Medicaid, 75 dicen por escrito que lo cubren. Casi todos piden permiso antes. Llame a su plan.
else-medicaid-source = Revisión de documentos de los planes de agosto de 2025
else-findtreatment-title = FindTreatment.gov.
else-findtreatment = La lista federal de lugares que tratan la salud mental y los problemas con las drogas. Permite elegir cómo pagar.
else-findtreatment-source = Noticia del HHS, octubre de 2019
else-211-title = Llame al 211.
else-211 = Conocen la ayuda local para transporte, alquiler y atención. Las llamadas son gratis.
else-211-source = 211.org (no hemos comprobado la fecha)
else-va-title = Veteranos.
else-va = Algunos hospitales del VA dan Spravato. Pida una referencia a su equipo de salud mental del VA.
else-va-source = Noticia del VA (no hemos comprobado la fecha)
else-academic-title = Hospitales universitarios.
else-academic = Muchos tienen clínicas o estudios para la depresión difícil de tratar. Los estudios pueden ser gratis.
else-academic-source = ClinicalTrials.gov, la lista federal de estudios (busque su estado)
map-title = Mapa de los lugares de la lista, con los mismos números
map-caption = Los mismos lugares de la lista, con los mismos números. Dibujado por nosotros con mapas públicos de la Oficina del Censo de los Estados Unidos.
map-spot = { $number }. { $name }, { $where }
print-list = Una lista para imprimir
paper-checkpoint = Punto de control { $value } del registro público.
paper-line = Lista de Bedside del { $date }, revisión { $value }. Llame antes de ir.
compare-hint = Marque hasta cinco lugares para comparar.
compare-button = Comparar
promise-room-title = Quién está en la sala
promise-room = Comprobamos quién se queda con usted mientras el medicamento hace efecto y qué se vigila. Lo que no sabemos, lo decimos.
promise-cost-title = El costo completo
promise-cost = No solo una sesión: la primera consulta, cada dosis y los cargos, hasta donde la clínica lo dice.
promise-proof-title = Pruebas, no anuncios
promise-proof = Cada dato tiene una fuente y una fecha. Nadie puede pagar por aparecer en la lista ni por estar más arriba.
ambiguous-title = ¿A qué lugar se refiere?
ambiguous = Hay más de un lugar con el nombre “{ $value }”.
place-unknown-title = No conocemos este lugar
place-unknown = “{ $value }” no es un código postal ni una ciudad que conozcamos. Revise los números o pruebe con el pueblo más cercano y su estado, por ejemplo “Bethesda, MD”.
too-precise-title = Ese lugar es demasiado exacto
too-precise = Para cuidar su privacidad, usamos un lugar con dos decimales como máximo.
too-precise-link = Buscar cerca de { $value }
search-failed-title = La búsqueda no funcionó
search-failed = Pruebe con un código postal.
