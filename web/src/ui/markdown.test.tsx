import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Markdown } from './markdown';

function shown(text: string) {
  return render(<Markdown>{text}</Markdown>).container;
}

describe('a hostile message', () => {
  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    '<iframe src="https://evil.example"></iframe>',
    '<a href="javascript:alert(1)" onclick="alert(1)">x</a>',
    '<style>*{display:none}</style>',
  ])('%s is shown as text', (text) => {
    const container = shown(text);
    expect(container.querySelector('script, img, svg, iframe, a, style')).toBeNull();
    expect(container).toHaveTextContent(text.replace(/\s+/g, ' '));
  });

  it.each([
    '[click](javascript:alert(1))',
    '[click](JaVaScRiPt:alert(1))',
    '[click](java&#x0A;script:alert(1))',
    '[click](data:text/html;base64,PHNjcmlwdD4=)',
    '[click](vbscript:x)',
    '[click](/relative)',
    '[click]: javascript:alert(1)\n\n[click]',
  ])('%s is no link', (text) => {
    const container = shown(text);
    expect(container.querySelector('a')).toBeNull();
    expect(container).toHaveTextContent('click');
  });

  it('loads no picture', () => {
    const container = shown('![tracking](https://evil.example/pixel.gif)');
    expect(container.querySelector('img')).toBeNull();
    expect(container).toHaveTextContent('[picture: tracking]');
  });
});

describe('an ordinary message', () => {
  it('has its formatting', () => {
    shown('**bold** and\na new line\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |');
    expect(screen.getByText('bold').tagName).toBe('STRONG');
    expect(screen.getAllByRole('listitem')).toHaveLength(2);
    expect(screen.getByRole('table')).toBeInTheDocument();
  });

  it('has links that open elsewhere and say nothing of where they were', () => {
    shown('See [the docs](https://example.org/docs).');
    const link = screen.getByRole('link', { name: 'the docs' });
    expect(link).toHaveAttribute('href', 'https://example.org/docs');
    expect(link).toHaveAttribute('rel', expect.stringContaining('noopener noreferrer'));
    expect(link).toHaveAttribute('title', 'https://example.org/docs');
  });
});
