error-unknown-title = No tenemos esta página
error-unknown = La dirección puede ser antigua o estar mal escrita. Busque la clínica por su nombre o empiece con un código postal.
error-delisted-title = Esta ficha se retiró
error-delisted = Ya no mostramos este lugar. Puede ser por su propio deseo o porque cerró. No significa nada más.
error-merged-title = Esta ficha ahora es parte de otra
error-merged = El mismo lugar estaba aquí dos veces. Ahora lo encuentra aquí:
error-refused-title = Eso no funcionó
error-refused = Algo en la dirección no era correcto. Inténtelo de nuevo desde aquí.
error-busy-title = Demasiadas solicitudes a la vez
error-busy = Tuvimos que ir más despacio para que la lista siga abierta para todas las personas. Usted no hizo nada mal.
error-wait = { $n ->
    [one] Inténtelo de nuevo en 1 segundo.
   *[other] Inténtelo de nuevo en { $value } segundos.
 }
error-down-title = No podemos hacer esto ahora
error-down = Una parte de nuestro sistema no responde o está lenta. La lista puede seguir funcionando: pruebe con una búsqueda.
error-failed-title = Cometimos un error
error-failed = La falla es nuestra. Inténtelo de nuevo o empiece con una búsqueda.
error-number = Si nos lo cuenta, dé este número:
error-back = Buscar atención
error-check = Revisar un proveedor
