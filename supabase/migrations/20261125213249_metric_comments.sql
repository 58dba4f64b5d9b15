-- The definitions of the metrics as the pages give them.

comment on function public.get_dashboard_summary(text[], date, date) is
  'The Dashboard’s tiles: value, what it is measured against (base), rate, and the same for as many days before. A rate divides by base; without one it is null. Widget displays: How many times the widget was shown. Visitors: Distinct visitors with any activity in the range. Engaged visitors: Distinct visitors who were shown the widget and sent a message in the range. Conversations: Conversations that belong to the range: to the day of their first message, or of their creation while they have none. Conversations with messages: Conversations of the range in which the visitor wrote. Rate: these ÷ conversations. Turns per conversation: Turns (a visitor message and the answer to it) ÷ messaged conversations, those with a visitor’s message. E-mails captured: E-mail addresses given, on that day. Rate: conversations with one ÷ messaged conversations, those with a visitor’s message. Demos proposed: Times the agent proposed a demo, on that day. Rate: conversations with one ÷ messaged conversations, those with a visitor’s message. CTA clicks: Calls to action that were clicked, on the day of the click. Rate: conversations with one ÷ messaged conversations, those with a visitor’s message. Demos booked: Demos booked, on their own day. Rate: conversations with one ÷ messaged conversations, those with a visitor’s message. Bots, internal traffic and test environments are not counted.';

comment on function public.get_engagement_rate(text[], date, date) is
  'How many of those who saw the widget wrote; the rate is null when nobody saw it. Engaged visitors: Distinct visitors who were shown the widget and sent a message in the range. Engagement rate: Engaged visitors ÷ distinct visitors who were shown the widget in the range. “–” when nobody was shown it. Bots, internal traffic and test environments are not counted.';

comment on function public.get_widget_display_stats(text[], date, date) is
  'Per day: how often the widget was shown and opened, and to how many distinct visitors it was shown. Widget displays: How many times the widget was shown. Bots, internal traffic and test environments are not counted.';

comment on function public.get_conversation_funnel(text[], date, date) is
  'The funnel’s steps in order, each beside as many days before. Funnel: Distinct visitors that reached a step and all steps before it in the range: widget displayed, widget opened, message sent, demo proposed, CTA clicked, demo booked. Bots, internal traffic and test environments are not counted.';

comment on function public.get_conversations_over_time(text[], date, date, text) is
  'By day, week (from Monday) or month, beside the same number of days before. Every bucket is there; the first and last may be cut by the range. Conversations: Conversations that belong to the range: to the day of their first message, or of their creation while they have none. Conversations with messages: Conversations of the range in which the visitor wrote. Rate: these ÷ conversations. Bots, internal traffic and test environments are not counted.';

comment on function public.get_top_values(text[], date, date, text, integer) is
  'The pages, countries, devices or referrers with the most conversations, each beside as many days before. An empty value: unknown. Sessions: Visits of the range; a visit belongs to the day of its first event. For a page: visits that saw it. Conversations: Conversations that belong to the range: to the day of their first message, or of their creation while they have none. Conversation rate: Conversations ÷ sessions. Bots, internal traffic and test environments are not counted.';

comment on function public.get_topic_stats(text[], date, date) is
  'Each topic that came up in the range or as many days before, most asked first. A null topic: conversations that belong to none. Conversations of a topic: Messaged conversations of the range that belong to the topic. Share: Conversations of the topic ÷ all messaged conversations of the range. Quality: How good the agent’s answers were, 1 to 5, as each conversation’s receipt explains; the mean over scored conversations. Conversion rate: Conversations with an e-mail captured, a CTA clicked or a demo booked ÷ messaged conversations. Unanswered: Conversations with a question the agent could not answer ÷ messaged conversations. Bots, internal traffic and test environments are not counted.';

comment on function public.get_heat_map(text[], date, date) is
  'By weekday (1 Monday to 7 Sunday) and hour (0 to 23); every cell is there. Hour by weekday: Conversations by the weekday and hour of their first message, in their domain’s own time. Bots, internal traffic and test environments are not counted.';
