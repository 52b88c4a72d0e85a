/** The little of SVG that the charts are made of: elements as text, every value escaped, colours left to the page. */
type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? coordinate(value) : escapeText(value)}"`)
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

export function label(
  text: string,
  x: number,
  y: number,
  anchor: 'start' | 'middle' | 'end',
  className: string,
): string {
  return element('text', { x, y, 'text-anchor': anchor, class: className }, escapeText(text));
}

/** What a reader sees who points at the element it is in. */
export function tooltip(text: string): string {
  return element('title', {}, escapeText(text));
}

export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A tenth of a pixel is as exact as anybody sees. */
export function coordinate(value: number): string {
  return String(Number(value.toFixed(1)));
}
