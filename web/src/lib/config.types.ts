// Written by `make types` from config/. Do not edit.

/**
 * Who the agent speaks for: the company, its logo, and the languages it answers in.
 */
export interface IdentityConfig {
  /**
   * As visitors know it; the agent says it when it introduces itself.
   */
  company_name: string;
  /**
   * Two or three sentences that the agent may rely on in every answer.
   */
  company_description: string;
  /**
   * The name above the chat.
   */
  agent_name: string;
  /**
   * Address of a square PNG or SVG over https, at least 64 pixels wide. Empty shows the agent's initial.
   */
  logo_url: string;
  /**
   * Linked wherever the agent asks for personal data.
   */
  privacy_policy_url: string;
  /**
   * The language of texts that have no translation, and of visitors whose language is not among the others.
   */
  language: 'en' | 'fr' | 'de' | 'es' | 'it' | 'nl' | 'pt';
  /**
   * The agent answers in these when a visitor writes in them.
   */
  languages: ('en' | 'fr' | 'de' | 'es' | 'it' | 'nl' | 'pt')[];
  /**
   * What whoever looks after this client should know. Never shown to clients or visitors.
   */
  internal_notes: string;
}

/**
 * The agents there are, and whether a website has them until somebody decides otherwise.
 */
export interface AgentsConfig {
  website_agent: AgentsAgent;
  lead_intelligence: AgentsAgent;
  nurturing: AgentsAgent;
  [k: string]: AgentsAgent;
}
export interface AgentsAgent {
  /**
   * As the Agents page shows it.
   */
  name: string;
  /**
   * One sentence for the people who may switch it.
   */
  description?: string;
  /**
   * In the widget on the website, or in the background.
   */
  channel: 'widget' | 'background';
  /**
   * Whether websites have it that nobody switched it for.
   */
  enabled: boolean;
  /**
   * Where it stands in lists; smaller numbers first.
   */
  position?: number;
}

/**
 * Colours, position and shape of the widget.
 */
export interface AppearanceConfig {
  /**
   * Automatic follows the visitor's device.
   */
  theme: 'auto' | 'light' | 'dark';
  /**
   * Text and its background should differ by a contrast of at least 4.5 to 1.
   */
  colors: {
    /**
     * Launcher, header and buttons.
     */
    primary: string;
    /**
     * Text and icons on the primary colour.
     */
    on_primary: string;
    /**
     * Of the chat.
     */
    background: string;
    /**
     * Of the chat.
     */
    text: string;
    /**
     * Behind what the visitor writes.
     */
    visitor_bubble: string;
  };
  /**
   * The corner the launcher stands in.
   */
  position: 'bottom_right' | 'bottom_left';
  /**
   * Make room for what else stands there, such as a cookie button.
   */
  offset: {
    horizontal: number;
    vertical: number;
  };
  /**
   * What opens the chat.
   */
  launcher: {
    style: 'icon' | 'label' | 'bar';
    /**
     * Beside the icon, or in the bar.
     */
    label: string;
    size: number;
  };
  /**
   * On phones the panel always covers the page.
   */
  panel: {
    width: number;
    height: number;
  };
  /**
   * 0 is square.
   */
  corner_radius: number;
  /**
   * A CSS font family; “inherit” takes the page's own.
   */
  font_family: string;
  /**
   * Raise it when something of the page covers the widget.
   */
  z_index: number;
}

/**
 * What the agent says first, and when it speaks up by itself.
 */
export interface EngagementConfig {
  /**
   * The first message of every chat.
   */
  welcome_message: string;
  input_placeholder: string;
  /**
   * Shown under the welcome message; a click asks the question.
   */
  suggested_questions: string[];
  /**
   * The first one whose conditions hold is shown beside the launcher.
   */
  triggers: {
    /**
     * Lower case letters, digits and dashes; it names the trigger in events.
     */
    id: string;
    enabled?: boolean;
    /**
     * Short, and a question where possible.
     */
    message: string;
    when: 'time_on_page' | 'scroll_depth' | 'page_views' | 'exit_intent';
    /**
     * Seconds, per cent of the page, or number of pages; not used when the visitor is about to leave.
     */
    value?: number;
    urls?: EngagementUrls;
    repeat?: 'once_per_visitor' | 'once_per_session' | 'every_page';
  }[];
  /**
   * How long no such message is shown to a visitor who closed one.
   */
  quiet_time: number;
  /**
   * Messages on the agent's own initiative in one session.
   */
  max_triggers_per_session: number;
}
/**
 * Paths, in which a * stands for any characters; with a host in front it has to match too. No path at all means every page.
 */
export interface EngagementUrls {
  include?: string[];
  exclude?: string[];
}

/**
 * Where, on which devices and to how many visitors the widget is shown.
 */
export interface DisplayConfig {
  /**
   * Paths, in which a * stands for any characters; with a host in front it has to match too.
   */
  urls: {
    /**
     * Empty is every page.
     */
    include: string[];
    /**
     * Wins over “Show on”.
     */
    exclude: string[];
  };
  devices: {
    desktop: boolean;
    tablet: boolean;
    mobile: boolean;
  };
  /**
   * Visitors are drawn once and stay in or out. Useful to introduce the widget step by step.
   */
  traffic_share: number;
  /**
   * Time after the page has loaded.
   */
  delay: number;
  /**
   * Language codes such as en or fr; empty is everybody.
   */
  languages: string[];
  /**
   * In the website's own timezone.
   */
  schedule: {
    always: boolean;
    weekdays: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
    from: string;
    to: string;
  };
}

/**
 * What the agent proposes when a visitor is interested: a demo, a trial, a page.
 */
export interface CtasConfig {
  /**
   * The first one whose conditions hold is proposed.
   */
  items: {
    /**
     * Lower case letters, digits and dashes; it names the call to action in events.
     */
    id: string;
    enabled?: boolean;
    label: string;
    kind: 'demo' | 'link' | 'form';
    /**
     * Of the calendar or the page; a path stays on this website.
     */
    url?: string;
    new_tab?: boolean;
    /**
     * All of them have to hold.
     */
    conditions?: {
      min_messages?: number;
      /**
       * 1 is cold, 5 is hot.
       */
      min_interest_score?: number;
      /**
       * Empty is any.
       */
      intents?: ('LEARN' | 'CONTEXT' | 'SUPPORT' | 'OFFTOPIC' | 'OTHER')[];
      /**
       * Paths, in which a * stands for any characters; empty is every page.
       */
      urls?: string[];
    };
  }[];
  /**
   * How often the agent proposes something in one conversation.
   */
  max_per_conversation: number;
}

/**
 * What the chat asks a visitor who wants to be contacted.
 */
export interface FormsConfig {
  title: string;
  /**
   * In the order they are asked. One of them is the e-mail address.
   */
  fields: {
    name: string;
    label: string;
    type: 'text' | 'email' | 'phone' | 'number' | 'choice' | 'checkbox';
    required?: boolean;
    /**
     * Of a field of type “choice”.
     */
    options?: string[];
  }[];
  submit_label: string;
  success_message: string;
  /**
   * Beside a checkbox that has to be ticked; empty shows no checkbox.
   */
  consent_text: string;
  /**
   * Refuses addresses of free e-mail services.
   */
  business_email_only: boolean;
  /**
   * These addresses get an e-mail for every form that is sent. Visitors never see them.
   */
  notify: string[];
  /**
   * The agent's backend posts every form there as JSON.
   */
  webhook_url: string;
  /**
   * Signs what is posted to the webhook.
   */
  webhook_secret: string;
}

/**
 * What makes a visitor a good lead, and what the agent asks to find out.
 */
export interface QualificationConfig {
  /**
   * Asked one at a time, where they fit into the conversation.
   */
  questions: {
    id: string;
    question: string;
    /**
     * Empty lets the visitor write.
     */
    answers?: string[];
    after_messages?: number;
  }[];
  /**
   * Compared with what is known of the visitor's company.
   */
  ideal_customer: {
    industries: string[];
    /**
     * ISO 3166 codes; empty is every country.
     */
    countries: string[];
    min_employees: number;
  };
  /**
   * The interest score a conversation has at least, once a visitor writes about this.
   */
  buying_signals: {
    /**
     * 1 is cold, 5 is hot.
     */
    pricing: number;
    /**
     * 1 is cold, 5 is hot.
     */
    use_case: number;
    /**
     * 1 is cold, 5 is hot.
     */
    competitor: number;
    /**
     * 1 is cold, 5 is hot.
     */
    return_on_investment: number;
    /**
     * 1 is cold, 5 is hot.
     */
    demo_request: number;
  };
  /**
   * 1 is cold, 5 is hot.
   */
  propose_demo_from: number;
  /**
   * Against the rules' own; 0 is rules alone.
   */
  model_weight: number;
}

/**
 * How the agent speaks, what it must say and what it must not.
 */
export interface PromptsConfig {
  tone: 'professional' | 'friendly' | 'expert' | 'playful';
  /**
   * Where a language has two ways to say “you”.
   */
  formality: 'formal' | 'informal';
  answer_length: 'short' | 'medium' | 'detailed';
  /**
   * What the agent should heed in every answer. Write as to a new colleague.
   */
  instructions: string;
  /**
   * What the agent may say although no page of the website does.
   */
  facts: string[];
  /**
   * The agent says politely that it cannot speak about them.
   */
  forbidden_topics: string[];
  /**
   * Named only when the visitor names them first.
   */
  competitors: string[];
  fallback_message: string;
  /**
   * Before everything else. {{company_name}}, {{tone}} and {{language}} are filled in.
   */
  system_prompt: string;
  /**
   * How the model judges what the visitor wants.
   */
  qualification_prompt: string;
}

/**
 * What the agent may do besides answering.
 */
export interface SkillsConfig {
  /**
   * Once the visitor is interested, so that somebody can get back to them.
   */
  email_capture: {
    enabled: boolean;
    after_messages: number;
  };
  /**
   * Shows free appointments instead of a link.
   */
  demo_booking: {
    enabled: boolean;
    /**
     * Address of the calendar that visitors choose from.
     */
    calendar_url: string;
    duration: number;
  };
  /**
   * When the visitor asks for somebody, or the agent does not know twice in a row.
   */
  handover: {
    enabled: boolean;
    /**
     * Gets the transcript. Visitors never see it.
     */
    email: string;
    message: string;
  };
  /**
   * The agent is told which page the visitor looks at.
   */
  page_context: {
    enabled: boolean;
  };
  /**
   * Links the pages an answer comes from.
   */
  sources: {
    enabled: boolean;
    max: number;
  };
  /**
   * The visitor may have the conversation sent to them.
   */
  transcript: {
    enabled: boolean;
  };
}

/**
 * Consent, and where else the widget's events go.
 */
export interface AnalyticsConfig {
  /**
   * When it is required, nothing is sent or stored before the visitor has given it.
   */
  consent: {
    required: boolean;
    /**
     * The page's own script calls rose.consent(true), or the IAB's framework of the consent banner is asked.
     */
    source: 'page' | 'tcf';
  };
  /**
   * Sends nothing of browsers that ask not to be tracked.
   */
  respect_do_not_track: boolean;
  /**
   * Pushes events where tag managers read them.
   */
  data_layer: {
    enabled: boolean;
    name: string;
  };
  google_analytics: {
    enabled: boolean;
    measurement_id: string;
  };
  /**
   * To the data layer and to Google Analytics.
   */
  events: (
    | 'widget_displayed'
    | 'widget_opened'
    | 'message_sent'
    | 'suggestion_clicked'
    | 'section_question_clicked'
    | 'cta_displayed'
    | 'cta_clicked'
    | 'demo_proposed'
    | 'demo_booked'
    | 'email_captured'
    | 'form_submitted'
  )[];
  /**
   * In front of the forwarded events' names.
   */
  prefix: string;
  /**
   * For events that the agent's backend reports itself.
   */
  measurement_secret: string;
}

/**
 * What visitors are told about the agent and their data, in each language.
 */
export interface DisclaimersConfig {
  show: 'always' | 'before_first_message' | 'on_request';
  /**
   * The visitor can write only after agreeing.
   */
  must_accept: boolean;
  /**
   * By language code. The main language's is shown where a language has none.
   */
  texts: {
    en: DisclaimersText;
    fr: DisclaimersText;
    de: DisclaimersText;
    es: DisclaimersText;
    [k: string]: DisclaimersText;
  };
}
export interface DisclaimersText {
  text: string;
  /**
   * To the privacy policy of Identity.
   */
  link_label?: string;
}

/**
 * How the agent's backend works for this website: models, limits and sources.
 */
export interface SystemConfig {
  /**
   * What writes the answers.
   */
  model: {
    /**
     * The model's name, as the backend knows it.
     */
    name: string;
    /**
     * 0 always takes the likeliest word; higher values vary more.
     */
    temperature: number;
    /**
     * Answers are cut there.
     */
    max_answer_tokens: number;
  };
  /**
   * What one visitor may ask of the agent.
   */
  limits: {
    /**
     * After that many visitor messages the agent proposes to speak to a person.
     */
    messages_per_conversation: number;
    /**
     * Of one visitor; more are answered with a request to wait.
     */
    messages_per_minute: number;
    /**
     * Of a visitor; the input field accepts no more.
     */
    message_length: number;
  };
  /**
   * When it is over, the agent apologises and offers the contact form.
   */
  answer_timeout: number;
  /**
   * Time without a message after which the next one opens a new conversation.
   */
  conversation_timeout: number;
  /**
   * What the agent may quote.
   */
  knowledge: {
    /**
     * Pages whose content is read; a * stands for any characters.
     */
    sources: string[];
    /**
     * How old the read content may get.
     */
    refresh_interval: number;
    /**
     * How many passages of the sources the model sees.
     */
    passages: number;
  };
  /**
   * Sent by the agent's backend to the index of this website.
   */
  backend_token: string;
}

/** Every configuration by its slug. */
export interface Configs {
  identity: IdentityConfig;
  agents: AgentsConfig;
  appearance: AppearanceConfig;
  engagement: EngagementConfig;
  display: DisplayConfig;
  ctas: CtasConfig;
  forms: FormsConfig;
  qualification: QualificationConfig;
  prompts: PromptsConfig;
  skills: SkillsConfig;
  analytics: AnalyticsConfig;
  disclaimers: DisclaimersConfig;
  system: SystemConfig;
}
