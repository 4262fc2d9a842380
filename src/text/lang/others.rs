//! Function words of languages that are *not* supported: what keeps their texts from being taken for French,
//! Vietnamese or English.
//!
//! Articles, prepositions, conjunctions, pronouns, negations and forms of *be* and *have*: closed classes that any
//! sentence shows, whatever it is about. Written from general knowledge of each language, NFC, lower case. A word may
//! stand in many lists; the more languages share it, the less it says.

/// One line a language: its code and its commonest function words, separated by spaces.
pub(super) const FUNCTION_WORDS: &[(&str, &str)] = &[
    (
        "af",
        "die van en is nie het in vir met aan op dit wat wees sal hierdie moet word om te na by was dat uit ook as \
      deur jou jy kan een geen",
    ),
    ("az", "və bir bu ilə üçün olan da də ki o ya hər daha çox var deyil olaraq kimi sonra"),
    ("br", "ar an ul ur eo ha da gant evit war en ez he ouzh eus bezañ ket neus hag ent"),
    (
        "ca",
        "el la els les un una uns unes de del dels al als amb per que i o a en és són no ha han aquest aquesta \
      aquests aquestes va van més com però si es seva seu ser estat sense fins entre quan també molt tots vostè \
      camp valor l' d' s' n' m'",
    ),
    (
        "cs",
        "a v na je se že s z do to o k i ve pro ale jako za po od byl který která které jsem jsou není být ze tak \
      nebo pouze jeho jej musí této tento toto",
    ),
    ("cy", "y yr a i o yn mae ar am gan wedi fod ei eu ac nid neu hwn oedd sydd hon gyda dim rhaid"),
    (
        "da",
        "og i at det en den til er som på de med han af for ikke der var et har om vi jeg sig fra kan så men hun \
      dette denne eller skal være ved blev efter",
    ),
    (
        "de",
        "der die das und ist in den von zu mit sich auf für nicht ein eine einen einem einer eines dem des im auch \
      es an werden aus er hat dass sie nach wird bei oder um am sind noch wie über so zum war haben nur ihr sein \
      wurde vor zur bis mehr durch man aber dieser diese dieses kann ich wir keine kein müssen",
    ),
    ("dsb", "a na se jo w z za do to njejo su ako wót pśi pó som ale teke abo musy toś"),
    ("eo", "la de kaj en estas al ne por kun ke el mi vi li ĝi ili tio kiu devas aŭ pri sed ĉi tiu estis oni via"),
    (
        "es",
        "el la los las un una unos unas de del al que y o a en es no se por con para su sus lo como más pero le \
      ya este esta estos estas sí porque entre cuando muy sin sobre también me hasta hay donde quien desde todo nos \
      durante uno ni contra ese eso ante ellos e esto mí antes algunos qué fue ser son está están tiene han había \
      ha era puede debe ya según tras año años",
    ),
    ("et", "ja on ei see et ta oma kui aga või ka mis oli selle seda ning kes peab olema välja sa teie pole siis"),
    ("eu", "eta da ez bat dira du izan dute baina edo hau bere zen ere dago behar dituzte zuen zure gehiago"),
    (
        "fi",
        "ja on ei se että hän oli ovat kun mutta joka tai myös sen olla ole kuin niin tämä jos ne voi jo tämän \
      tässä pitää",
    ),
    ("fy", "de it en fan is yn op net in dat mei foar te as by ek wurdt hat"),
    ("ga", "an na agus is i ar a le go do tá ní seo ag sé bhí nó leis gur sin níl do bheith"),
    (
        "gd",
        "an na agus is air a le gu do tha chan cha seo aig e bha no leis gun sin bhith feumaidh nach eil anns airson \
      chaidh ach gach dhan dhen nam nan mar san iad deach fo",
    ),
    (
        "gl",
        "o a os as un unha de do da dos das e que en no na nos nas é non se por con para seu súa como máis pero \
      este esta ao á ou son está ser foi ten estes",
    ),
    (
        "hr",
        "i je u se na da su za od s a o do ne li kao iz sa koji koja koje biti nije ili samo ova ovo ovaj mora \
      što te bio",
    ),
    ("hsb", "a na so je w z za do to njeje su kaž wot při po sym ale tež abo dyrbi tuto"),
    ("ht", "la nan ki yo ak pou se li te mwen pa yon sa epi men ou ka"),
    (
        "hu",
        "a az és hogy nem is egy ez van volt meg de csak már még vagy ha mint kell lehet el ki azt ezt nincs \
      amely legyen érték",
    ),
    ("ia", "le de e in que un del es non se per con a al pro iste debe esser es o"),
    (
        "id",
        "yang dan di ini itu dari untuk dengan pada adalah tidak dalam akan ke sebagai oleh juga atau telah karena \
      ada lebih bisa mereka kami anda harus dapat sebuah saya bukan tersebut nilai satu",
    ),
    ("ig", "na bụ ga ma ka nke a ndị ya n' dị kwesịrị ọ nwere ike ihe otu ọzọ site maka"),
    ("io", "la di e en esas ne a kun por ke esar ica on o"),
    ("is", "og að í á er sem við en til um ekki var með það fyrir af hann þetta eða vera verður þessi eru ég"),
    (
        "it",
        "il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dalla \
      dai in nel nella nei con su sul sulla per che e è non si ma come anche più sono questo questa ha hanno se ci \
      o ed era stato stata suo sua loro essere quando solo dopo molto tra fra così l' d' un' nell' dell' all' dall' sull' c'",
    ),
    ("ku", "û li di ku bi ji ev e ne her jî ew be bo nav tu ez"),
    ("la", "et in est non ad ut cum ex de sed quod qui quae quam sunt ab esse enim per si hoc atque etiam eius"),
    ("lb", "de den an d'et déi dat ass net mat vun op fir sinn ech si en eng och zu wéi huet bei"),
    ("lt", "ir yra į iš su kad ne tai jis bet ar kaip buvo už apie tik po dėl nuo turi būti šis reikšmė nėra"),
    ("lv", "un ir ar no uz par ka nav tas kas bet vai pie tika arī kā lai šī jābūt būt pēc ja"),
    (
        "ms",
        "yang dan di ini itu dari untuk dengan pada adalah tidak dalam akan ke sebagai oleh juga atau telah kerana \
      ada lebih boleh mereka kami anda mesti hendaklah sebuah saya bukan tersebut nilai satu sahaja",
    ),
    (
        "nl",
        "de het een van en in is dat op te zijn met voor niet aan er om ook als bij dan maar naar uit door over ze \
      hij worden wordt werd heeft hebben die dit deze tot je ik kan nog wel geen u of al moet ten was waar onder",
    ),
    (
        "no",
        "og i at det en den til er som på de med han av for ikke der var et har om vi jeg seg fra kan så men hun \
      dette denne eller skal være ved ble etter ein ikkje frå må",
    ),
    ("oc", "lo la los las un una de del e que en es non per amb se pas son dins mai aquel l' d' s'"),
    (
        "pl",
        "w i z na do się nie że to jest o jak po co od za przez dla ale są przy oraz tym może ten był tego jego \
      być które która który tylko jeśli lub musi czy tę ta",
    ),
    (
        "pt",
        "o a os as um uma uns umas de do da dos das e que em no na nos nas é não se por com para seu sua como \
      mais mas ao à ou são está ser foi tem pelo pela este esta isso entre quando muito sem também já até foram \
      sobre depois ele ela você sua pode deve apenas eu num numa ano anos",
    ),
    (
        "ro",
        "de și în a la cu pe nu că este un o din care sau sunt mai al ai ale să se pentru prin au fost după acest \
      această dar lui dintre fi ca fără până între trebuie nicio",
    ),
    (
        "sk",
        "a v na je sa že s z do to o k i vo pre ale ako za po od bol ktorý ktorá ktoré som sú nie byť zo tak alebo \
      iba jeho musí tento táto",
    ),
    ("sl", "in je v na se da so za od s z o do ne ali pa kot ki iz po bil ni tudi biti mora samo ta to"),
    ("sq", "të dhe në e i një për me që nga nuk është si se ka u do kjo ky janë ose duhet jo më"),
    (
        "sr",
        "i je u se na da su za od s a o do ne li kao iz sa koji koja koje biti nije ili samo ova ovo ovaj mora \
      što bio",
    ),
    (
        "sv",
        "och i att det en den till är som på de med han av för inte där var ett har om vi jag sig från kan så men \
      hon detta denna eller ska vara vid blev efter inte måste endast",
    ),
    ("sw", "ya na wa kwa ni katika za la cha kuwa hii au si hiyo kama hilo lazima yako hakuna"),
    ("tl", "ang ng sa na mga at ay ito hindi para si ni kung may siya ako mo ka niya nito"),
    (
        "tr",
        "ve bir bu ile için de da ne o ki çok daha gibi olarak değil var olan ama veya en kadar sonra mi her ya \
      şu olmalıdır geçerli",
    ),
    ("yo", "ní àti ti tí ó sí wọ́n fún láti jẹ́ pé náà wà kò mo ṣe àwọn kan ń"),
    ("uz", "va bu bir bilan uchun ham emas yoki bo'lishi kerak deb o'z"),
];
