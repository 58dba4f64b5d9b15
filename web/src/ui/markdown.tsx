import ReactMarkdown, { type Components, defaultUrlTransform } from 'react-markdown';
import remarkBreaks from 'remark-breaks';
import remarkGfm from 'remark-gfm';
import classes from './markdown.module.css';

const PLUGINS = [remarkGfm, remarkBreaks];

/** Links that leave for a website or a mail program; everything else becomes plain text. */
function safeHref(href: string | undefined): string | null {
  if (!href || !/^(https?:|mailto:|tel:)/i.test(href)) return null;
  return defaultUrlTransform(href) || null;
}

const COMPONENTS: Components = {
  a({ href, children }) {
    const target = safeHref(href);
    if (target === null) return <>{children}</>;
    return (
      <a href={target} title={target} target="_blank" rel="noopener noreferrer nofollow ugc">
        {children}
      </a>
    );
  },
  // Loading a picture would tell whoever wrote the message that it is being read, and from where.
  img({ alt, src }) {
    const label = alt || (typeof src === 'string' && src) || 'no description';
    return <span className={classes.image}>[picture: {label}]</span>;
  },
  // A task list's box is not a control here.
  input({ checked }) {
    return <>{checked ? '☑ ' : '☐ '}</>;
  },
};

type MarkdownProps = { children: string };

/** Markdown by a stranger: HTML stays text, links are checked, nothing is loaded from elsewhere. */
export function Markdown({ children }: MarkdownProps) {
  return (
    <div className={classes.markdown}>
      <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS}>
        {children}
      </ReactMarkdown>
    </div>
  );
}
