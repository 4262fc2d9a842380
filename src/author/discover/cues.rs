//! Words that say what stands beside them, or what they begin: roles, sorts of bodies and of places, prepositions,
//! verbs of speech. Forms of address and kinship words come from [`crate::text::lang`].
//!
//! The lists hold lower case, NFC, words of closed or nearly closed classes of each language; none comes from a corpus.

use std::sync::OnceLock;

use hashbrown::HashMap;

use crate::text::{Language, lang};

/// Professions and offices, which stand before a person or in apposition behind one.
pub(super) const ROLE: u16 = 1;
/// Sorts of bodies that stand before the name of one without being part of it: `groupe Uber`.
pub(super) const BODY_NOUN: u16 = 1 << 1;
/// Words that begin the name of a body, or end it: `Parti socialiste`, `Deutsche Bank`.
pub(super) const BODY_HEAD: u16 = 1 << 2;
/// Sorts of places that stand before the name of one: `ville de`, `tỉnh`.
pub(super) const PLACE_NOUN: u16 = 1 << 3;
/// Words that begin the name of a place, or end it: `Mont`, `Lake`.
pub(super) const PLACE_HEAD: u16 = 1 << 4;
/// Prepositions that stand before places and little else.
pub(super) const IN_PLACE: u16 = 1 << 5;
/// Prepositions that stand before places and much else.
pub(super) const AT_PLACE: u16 = 1 << 6;
/// Definite articles, alone or joined with a preposition.
pub(super) const ARTICLE: u16 = 1 << 7;
/// Words that join the parts of a longer name: `Conseil de sécurité`, `Bank of England`.
pub(super) const JOINT: u16 = 1 << 8;
/// Verbs of speech, and participles of such verbs.
pub(super) const SPEECH: u16 = 1 << 9;
/// Small words inside names, in any language: `Ursula von der Leyen`, `Deir ez-Zor`.
pub(super) const PARTICLE: u16 = 1 << 10;
/// Words of the day, the month and the year, which English writes with a capital.
pub(super) const CALENDAR: u16 = 1 << 11;
/// Function words.
pub(super) const FUNCTION: u16 = 1 << 12;

const FRENCH: &[(u16, &str)] = &[
    (
        ROLE,
        "ministre|président|présidente|chef|cheffe|leader|candidat|candidate|député|députée|sénateur|\
        sénatrice|maire|préfet|préfète|procureur|procureure|juge|avocat|avocate|directeur|directrice|patron|\
        patronne|fondateur|fondatrice|secrétaire|porte-parole|conseiller|conseillère|ambassadeur|\
        ambassadrice|gouverneur|chancelier|chancelière|roi|reine|prince|princesse|pape|cardinal|évêque|\
        archevêque|général|colonel|capitaine|commandant|lieutenant|amiral|acteur|actrice|chanteur|chanteuse|\
        écrivain|écrivaine|auteur|auteure|autrice|réalisateur|réalisatrice|cinéaste|musicien|musicienne|\
        peintre|sculpteur|journaliste|animateur|animatrice|présentateur|joueur|joueuse|entraîneur|\
        entraîneuse|sélectionneur|footballeur|footballeuse|cycliste|coureur|coureuse|sprinteur|nageur|\
        nageuse|athlète|champion|championne|gardien|attaquant|défenseur|milieu|professeur|professeure|\
        chercheur|chercheuse|historien|historienne|économiste|philosophe|sociologue|médecin|docteur|\
        militant|militante|opposant|opposante|dirigeant|dirigeante|ex-président|ex-ministre|vice-président|\
        vice-présidente|milliardaire|homme|femme|frère|sœur|fils|fille|épouse|époux|mari|veuve|père|mère",
    ),
    (
        BODY_NOUN,
        "groupe|société|entreprise|compagnie|chaîne|journal|quotidien|hebdomadaire|magazine|site|association|\
        ong|parti|syndicat|club|équipe|organisation|agence|milice|banque|opérateur|constructeur|éditeur|\
        fabricant|start-up|startup|mouvement|radio|réseau|fondation|institut|cabinet|géant|filiale|marque|\
        enseigne|fédération|coalition|formation|plateforme|laboratoire|université|musée",
    ),
    (
        BODY_HEAD,
        "parti|union|commission|conseil|assemblée|cour|tribunal|ministère|comité|agence|institut|université|\
        école|banque|fédération|confédération|association|organisation|fondation|front|mouvement|ligue|\
        alliance|armée|forces|parlement|sénat|chambre|haut-commissariat|autorité|office|bureau|centre|\
        société|compagnie|groupe|syndicat|club|olympique|stade|racing|football|académie|musée|théâtre|opéra|\
        orchestre|hôpital|nations|état-major|garde|gendarmerie|police|direction|secrétariat|observatoire|\
        réseau|communauté|collectif|caisse|fonds|radio|télévision|éditions|journal|église|congrès|\
        gouvernement|programme|mission|service|cabinet|collège|lycée|laboratoire|rassemblement|coalition|\
        brigade|brigades",
    ),
    (
        PLACE_NOUN,
        "ville|village|commune|région|province|département|district|quartier|île|îles|fleuve|rivière|lac|\
        mont|col|vallée|mer|golfe|port|aéroport|gare|capitale|état|comté|canton|localité|bourg|\
        arrondissement|planète|détroit|forêt|désert|rue|avenue|boulevard|stade",
    ),
    (
        PLACE_HEAD,
        "mont|monts|lac|île|îles|cap|golfe|mer|océan|rue|avenue|boulevard|place|quai|pont|port|vallée|forêt|\
        désert|château|palais|aéroport|gare|côte|val|montagne|montagnes|détroit|péninsule|plaine|pays|haute|\
        haut|basse|bas|nord|sud",
    ),
    (IN_PLACE, "en"),
    (AT_PLACE, "à|vers|depuis|près"),
    (ARTICLE, "le|la|les|l|du|des|au|aux"),
    (JOINT, "de|du|des|d|la|le|les|l|à|aux|pour|et"),
    (
        SPEECH,
        "dit|déclare|affirme|annonce|estime|explique|assure|indique|précise|ajoute|souligne|dénonce|déclaré|\
        affirmé|annoncé|estimé|expliqué|assuré|indiqué|précisé|ajouté|souligné|dénoncé|répondu|reconnu|\
        promis|demandé|appelé|réagi",
    ),
];

const ENGLISH: &[(u16, &str)] = &[
    (
        ROLE,
        "minister|president|chairman|chairwoman|chief|leader|candidate|senator|congressman|congresswoman|\
        representative|mayor|governor|judge|justice|lawyer|attorney|director|founder|secretary|spokesman|\
        spokeswoman|spokesperson|adviser|advisor|ambassador|chancellor|king|queen|prince|princess|pope|\
        cardinal|bishop|archbishop|general|colonel|captain|commander|lieutenant|admiral|sergeant|actor|\
        actress|singer|writer|author|novelist|poet|filmmaker|musician|composer|painter|sculptor|journalist|\
        reporter|presenter|player|coach|manager|striker|midfielder|defender|goalkeeper|cyclist|swimmer|\
        athlete|champion|professor|researcher|scientist|historian|economist|philosopher|doctor|activist|\
        premier|ceo|executive|billionaire|sir|lord|lady|dame|brother|sister|son|daughter|wife|husband|\
        father|mother|teammate|officer|detective",
    ),
    (
        BODY_NOUN,
        "group|company|firm|newspaper|magazine|website|charity|party|union|club|team|organization|\
        organisation|agency|militia|bank|operator|manufacturer|publisher|startup|network|broadcaster|\
        foundation|institute|giant|subsidiary|brand|retailer|airline|carmaker|coalition|movement|university|\
        museum|band",
    ),
    (
        BODY_HEAD,
        "party|union|commission|council|assembly|court|ministry|department|committee|agency|institute|\
        university|college|school|bank|federation|association|organization|organisation|foundation|front|\
        movement|league|alliance|army|forces|parliament|senate|house|authority|office|bureau|centre|center|\
        company|corporation|group|club|united|fc|academy|museum|theatre|theater|opera|orchestra|hospital|\
        nations|police|service|services|board|society|trust|fund|network|news|times|post|press|church|\
        congress|government|inc|ltd|corp|plc|airlines|airways|systems|technologies|laboratories|records|\
        pictures|studios",
    ),
    (
        PLACE_NOUN,
        "city|town|village|region|province|state|district|county|neighbourhood|neighborhood|island|islands|\
        river|lake|mount|valley|sea|gulf|port|airport|station|capital|suburb|municipality|planet|strait|\
        forest|desert",
    ),
    (
        PLACE_HEAD,
        "mount|lake|island|islands|cape|gulf|sea|ocean|street|avenue|road|square|bridge|port|valley|forest|\
        desert|castle|palace|airport|station|coast|river|bay|mountain|mountains|hills|peninsula|park|county|\
        north|south|east|west|fort|san|santa|los|las|el",
    ),
    (IN_PLACE, "in"),
    (AT_PLACE, "near|from|at|to"),
    (ARTICLE, "the"),
    (JOINT, "of|the|for|and|on"),
    (
        SPEECH,
        "said|says|told|added|announced|argued|claimed|explained|replied|stated|warned|wrote|admitted|\
        confirmed",
    ),
];

const VIETNAMESE: &[(u16, &str)] = &[
    (
        ROLE,
        "ông|bà|anh|chị|cô|chú|bác|tổng thống|thủ tướng|chủ tịch|bộ trưởng|bí thư|giám đốc|tổng giám đốc|\
        đại sứ|đại tướng|trung tướng|thiếu tướng|đại tá|trung tá|thượng tá|giáo sư|tiến sĩ|bác sĩ|luật sư|\
        ca sĩ|nhạc sĩ|diễn viên|nhà văn|nhà thơ|họa sĩ|đạo diễn|huấn luyện viên|cầu thủ|tiền đạo|thủ môn|\
        vua|hoàng tử|giáo hoàng|phó chủ tịch|thứ trưởng|đồng chí|ngoại trưởng|thống đốc|thẩm phán|nhà báo|\
        vợ|chồng",
    ),
    (
        BODY_NOUN,
        "công ty|tập đoàn|báo|đảng|ngân hàng|tổ chức|hãng|câu lạc bộ|hiệp hội|trang|tờ|nhóm|đài|trường|viện|\
        quỹ",
    ),
    (
        BODY_HEAD,
        "công ty|tập đoàn|ngân hàng|bộ|ủy ban|uỷ ban|hội|hội đồng|liên đoàn|liên minh|đảng|quốc hội|\
        chính phủ|tòa án|toà án|viện|trường|đại học|học viện|bệnh viện|sở|cục|tổng cục|vụ|ban|trung tâm|\
        hiệp hội|tổ chức|cơ quan|quân đội|công an|mặt trận|đoàn|câu lạc bộ|bảo tàng|nhà hát|đài|báo|\
        tổng công ty|quỹ|phòng|thông",
    ),
    (
        PLACE_NOUN,
        "tỉnh|thành phố|huyện|xã|quận|phường|thị xã|thị trấn|làng|thôn|sông|đảo|quần đảo|núi|hồ|biển|vịnh|\
        cảng|thủ đô|bang|vùng|khu|đường|phố|eo biển|nước|bán đảo|sân bay|cầu|chợ",
    ),
    (PLACE_HEAD, "tỉnh|thành|quận|huyện|sông|đảo|núi|hồ|biển|vịnh|đường|phố"),
    (IN_PLACE, "tại|ở"),
    (AT_PLACE, "đến|từ|sang"),
    (JOINT, "và"),
    (SPEECH, "nói|cho|khẳng|phát|nhấn|tuyên"),
];

const EVERYWHERE: &[(u16, &str)] = &[
    (PARTICLE, "van|von|der|den|ter|ten|bin|ibn|ben|al|el|ez|ad|ar|as|at|abu|da|dos|do|di|del|della|ould|zu|af|av"),
    (
        CALENDAR,
        "monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|\
        september|october|november|december|christmas|easter|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|noël|\
        pâques|tết",
    ),
];

/// The cues of one language. A phrase of two or three words is one entry, with single spaces.
pub(super) struct Cues {
    words: HashMap<&'static str, u16, foldhash::fast::FixedState>,
}

impl Cues {
    /// The cues that apply to a text; in a language without lists those of English, whose words hardly stand in it.
    pub fn of(language: Language) -> &'static Self {
        static TABLES: OnceLock<[Cues; 3]> = OnceLock::new();
        let tables = TABLES.get_or_init(|| {
            let made = |lists, language| Cues::new(lists, language);
            [made(FRENCH, Language::FR), made(VIETNAMESE, Language::VI), made(ENGLISH, Language::EN)]
        });
        match language {
            Language::FR => &tables[0],
            Language::VI => &tables[1],
            _ => &tables[2],
        }
    }

    fn new(lists: &[(u16, &'static str)], language: Language) -> Self {
        let mut words = HashMap::default();
        for (cue, list) in lists.iter().chain(EVERYWHERE) {
            for word in list.split('|') {
                *words.entry(word).or_default() |= cue;
            }
        }
        for word in lang::of(language).map_or("", |data| data.function_words()).split_whitespace() {
            *words.entry(word.trim_end_matches('\'')).or_default() |= FUNCTION;
        }
        Self { words }
    }

    /// What a word or phrase (lower case, NFC) says; 0 where it says nothing.
    pub fn get(&self, word: &str) -> u16 {
        self.words.get(word).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gazetteer::names;

    #[test]
    fn lists_are_lower_case_and_composed() {
        for (_, list) in [FRENCH, ENGLISH, VIETNAMESE, EVERYWHERE].into_iter().flatten() {
            for word in list.split('|') {
                assert_eq!(names::clean(&word.to_lowercase()), word);
                assert!(!word.is_empty());
            }
        }
    }

    #[test]
    fn a_word_may_say_several_things() {
        let french = Cues::of(Language::FR);
        assert_eq!(french.get("parti") & (BODY_HEAD | BODY_NOUN), BODY_HEAD | BODY_NOUN);
        assert_eq!(french.get("l") & (ARTICLE | FUNCTION), ARTICLE | FUNCTION);
        assert_eq!(french.get("xyz"), 0);
        assert_ne!(Cues::of(Language::VI).get("tổng thống") & ROLE, 0);
        assert_ne!(Cues::of(Language::of_tag("de")).get("the") & ARTICLE, 0);
    }
}
