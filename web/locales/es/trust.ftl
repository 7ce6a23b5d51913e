health-title = ¿Qué tan reciente es esta lista?
health-lede = { $n ->
    [one] El { $date } la lista tiene 1 lugar. Aquí ve cuánto de ella revisamos en los últimos meses.
   *[other] El { $date } la lista tiene { $value } lugares. Aquí ve cuánto de ella revisamos en los últimos meses.
 }
health-shares-title = Los últimos 90 días
health-verified = Verificados en los últimos { $value } días
health-verified-note = Llevan una etiqueta que dice que un profesional clínico está presente en cada dosis. Cada dato detrás de la etiqueta es así de reciente, o más.
health-checked = Consultados en los últimos { $value } días
health-checked-note = Vimos al menos un dato de estos lugares, como un precio en su sitio web. Eso todavía no es una revisión completa.
health-share = { $part } de { $whole }
health-median = { $n ->
    [0] La mitad de los lugares se consultó hoy.
    [one] La mitad de los lugares se consultó en el último día.
   *[other] La mitad de los lugares se consultó en los últimos { $value } días.
 }
health-median-none = Todavía no hemos consultado ningún lugar.
health-ages-title = Cuándo miramos por última vez, en días
health-age = { $from }–{ $to }
health-age-older = más de un año
health-age-never = nunca
health-states-title = Por estado
health-state = Estado
health-listings = Lugares
health-col-verified = Verificados
health-col-checked = Consultados
health-col-median = Antigüedad mediana (días)
health-words-title = Cómo contamos
health-words-1 = Los lugares que cerraron para siempre no se cuentan. Un lugar sin estado conocido está en los totales y en ninguna fila.
health-words-2 = Un dato que se vuelve demasiado viejo cuenta como desconocido. Así, esta página muestra lo que nos falta por hacer. No dice qué tan buena es la atención.
health-as-of = Cuenta del { $date }, revisión { $value } de la lista.
